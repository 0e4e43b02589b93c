### What a person reads whose browser was refused something. English says of most what programs are told, too; a text that
### another language lacks stands in English there.

skip = Skip to the content
front = To the front page
# Leads on to what programmers read, which is in English.
more = More about this
again = In { NUMBER($seconds) } s it can be tried again.

## What is refused, by its code

refusal-host_unclear = { $detail }
    .title = { $title }
refusal-method_not_allowed = { $detail }
    .title = { $title }
refusal-network_not_allowed = { $detail }
    .title = { $title }
refusal-no_such_route = { $detail }
    .title = { $title }
refusal-no_such_shop = { $detail }
    .title = { $title }
refusal-shop_moved = { $detail }
    .title = { $title }
refusal-shop_read_only = { $detail }
    .title = { $title }
refusal-shop_suspended = { $detail }
    .title = { $title }
refusal-too_many = More was asked from here in the last minute than is answered.
    .title = Too many requests
refusal-too_slow = { $detail }
    .title = { $title }
refusal-internal = { $detail }
    .title = { $title }

## What is said of all other refusals

otherwise = { $detail }
    .title = { $title }
