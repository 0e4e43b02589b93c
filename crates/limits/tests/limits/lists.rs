//! Lists of networks.

use limits::{LimitsError, NetworkMistake, Networks};

fn list(text: &str) -> Networks {
    text.parse().unwrap()
}

#[test]
fn a_list_holds_the_addresses_of_its_networks_and_no_others() {
    let list = list("10.1.0.0/16, 192.0.2.7\n2001:db8::/32 ::1");
    for inside in ["10.1.0.0", "10.1.255.255", "192.0.2.7", "2001:db8:ffff::1", "::1", "::ffff:10.1.2.3"] {
        assert!(list.contains(inside.parse().unwrap()), "{inside}");
    }
    for outside in ["10.2.0.0", "10.0.255.255", "192.0.2.8", "2001:db9::", "::2", "::10.1.2.3"] {
        assert!(!list.contains(outside.parse().unwrap()), "{outside}");
    }
}

#[test]
fn a_network_of_mapped_addresses_is_the_network_of_ipv4_that_it_maps() {
    let list = list("::ffff:10.0.0.0/104");
    assert_eq!(list.to_string(), "10.0.0.0/8");
    assert!(list.contains("10.9.9.9".parse().unwrap()));
}

#[test]
fn an_empty_list_holds_nobody_and_everybody_may_be_listed() {
    assert!(list("").is_empty() && list(" ,\n").is_empty());
    assert!(!list("").contains("127.0.0.1".parse().unwrap()));
    assert!(list("0.0.0.0/0").contains("203.0.113.5".parse().unwrap()));
    assert!(!list("0.0.0.0/0").contains("2001:db8::1".parse().unwrap()));
}

#[test]
fn a_list_is_written_as_it_is_read_and_without_doubles() {
    let text = "10.0.0.0/8, 192.0.2.7/32, 2001:db8::/32";
    assert_eq!(list("10.0.0.0/8 192.0.2.7 10.0.0.0/8 2001:db8::/32").to_string(), text);
    assert_eq!(list(text).to_string(), text);
}

#[test]
fn each_mistake_has_a_sentence_that_names_the_entry() {
    let Err(LimitsError::Networks(mistakes)) =
        "10.0.0.1/8, 10.0.0.0/33, 1.2.3, 10.0.0.0/+8, ::/129, 10.0.0.0/, 192.0.2.7".parse::<Networks>()
    else {
        panic!("it was taken");
    };
    let expected = ["10.0.0.1/8", "10.0.0.0/33", "1.2.3", "10.0.0.0/+8", "::/129", "10.0.0.0/"];
    assert_eq!(mistakes.len(), expected.len());
    for (mistake, entry) in mistakes.iter().zip(expected) {
        assert!(mistake.to_string().starts_with(&format!("\"{entry}\" ")), "{mistake}");
    }
    let NetworkMistake::Bits { meant, .. } = &mistakes[0] else { panic!("{:?}", mistakes[0]) };
    assert_eq!(meant, "10.0.0.0/8");
    let whole = LimitsError::Networks(mistakes);
    assert_eq!(whole.code(), "networks_malformed");
    assert_eq!(whole.to_string().matches("\" ").count(), expected.len());
}
