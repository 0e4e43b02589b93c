drop table product_words;
