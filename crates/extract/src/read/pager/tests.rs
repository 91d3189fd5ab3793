//! Every way of paging, its end, and the ways in which a tenant can lead astray.

use super::*;
use crate::DataSet;

fn prism() -> Pager {
    Pager::new(Endpoint::Prism(DataSet::Apps), Vec::new(), None).expect("from the beginning")
}

fn envelope(cursor: Option<&str>, total: Option<u64>) -> Envelope {
    Envelope { cursor: cursor.map(str::to_owned), total, ..Envelope::default() }
}

fn next(address: &str) -> Envelope {
    Envelope { next: Some(address.to_owned()), ..Envelope::default() }
}

fn parameter(pager: &Pager, name: &str) -> Option<String> {
    pager.query().into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

#[test]
fn prism_goes_by_cursor_from_an_empty_one_until_there_is_none() {
    let mut pager = prism();
    assert_eq!(
        (parameter(&pager, "cursor"), parameter(&pager, "limit")),
        (Some(String::new()), Some("300".to_owned()))
    );
    assert_eq!(pager.advance(&envelope(Some("x|300"), Some(450)), 300, b"1").expect("read"), After::More);
    assert_eq!(parameter(&pager, "cursor").as_deref(), Some("x|300"));
    assert_eq!(pager.query(), pager.query_after_cursor("x|300"));
    assert_eq!(pager.advance(&envelope(None, Some(450)), 150, b"2").expect("read"), After::End);
    assert_eq!(pager.rows(), 450);
}

#[test]
fn where_an_answer_has_no_cursor_prism_goes_on_by_offset() {
    let mut pager = prism();
    assert_eq!(pager.advance(&envelope(None, Some(310)), 300, b"1").expect("read"), After::More);
    assert_eq!((parameter(&pager, "offset").as_deref(), parameter(&pager, "cursor")), (Some("300"), None));
    assert_eq!(pager.advance(&envelope(None, Some(310)), 10, b"2").expect("read"), After::End);
    let mut pager = prism();
    assert_eq!(pager.advance(&envelope(None, None), 300, b"1").expect("read"), After::More);
    assert_eq!(pager.advance(&envelope(None, None), 300, b"2").expect("read"), After::More);
    assert_eq!(pager.advance(&envelope(None, None), 0, b"3").expect("read"), After::End);
}

#[test]
fn a_page_that_shrinks_moves_on_by_what_it_held() {
    let mut pager = Pager::new(Endpoint::Blueprints, Vec::new(), None).expect("from the beginning");
    assert_eq!(pager.advance(&next("https://h/?offset=300"), 7, b"1").expect("read"), After::More);
    assert_eq!(parameter(&pager, "offset").as_deref(), Some("7"));
}

#[test]
fn only_the_cursor_is_taken_out_of_next() {
    let mut pager = Pager::new(Endpoint::Users, Vec::new(), None).expect("from the beginning");
    assert_eq!(parameter(&pager, "cursor"), None);
    let address = "https://elsewhere.example/api/v1/users?sizePerPage=1&cursor=cD0yOTE0Mw%3D%3D";
    assert_eq!(pager.advance(&next(address), 25, b"1").expect("read"), After::More);
    assert_eq!(parameter(&pager, "cursor").as_deref(), Some("cD0yOTE0Mw=="));
    assert_eq!(pager.advance(&Envelope::default(), 3, b"2").expect("read"), After::End);
}

#[test]
fn pages_are_numbered_where_the_endpoint_numbers_them() {
    let mut pager = Pager::new(Endpoint::AdeDevices, Vec::new(), None).expect("from the beginning");
    assert_eq!(parameter(&pager, "page").as_deref(), Some("1"));
    assert_eq!(pager.advance(&next("https://h/?page=2"), 300, b"1").expect("read"), After::More);
    assert_eq!(parameter(&pager, "page").as_deref(), Some("2"));
}

#[test]
fn a_loop_and_a_repeated_page_are_errors_and_not_for_ever() {
    let mut pager = prism();
    assert_eq!(pager.advance(&envelope(Some("a"), None), 300, b"1").expect("read"), After::More);
    assert_eq!(pager.advance(&envelope(Some("b"), None), 300, b"2").expect("read"), After::More);
    let said = pager.advance(&envelope(Some("a"), None), 300, b"3").expect_err("a loop").to_string();
    assert!(said.contains("a cursor led back"), "{said}");
    let mut pager = prism();
    assert_eq!(pager.advance(&envelope(Some("a"), None), 300, b"1").expect("read"), After::More);
    let said = pager.advance(&envelope(Some("b"), None), 300, b"1").expect_err("repeated").to_string();
    assert!(said.contains("a second time"), "{said}");
}

#[test]
fn rows_that_come_or_go_between_pages_by_offset_are_noticed_also_over_an_interruption() {
    let mut pager = prism();
    pager.advance(&envelope(None, Some(610)), 300, b"1").expect("read");
    pager.advance(&envelope(None, Some(610)), 300, b"2").expect("read");
    assert!(!pager.has_moved());
    let kept = Position::parse(&pager.position().text()).expect("ours");
    pager.advance(&envelope(None, Some(609)), 9, b"3").expect("read");
    assert!(pager.has_moved());
    let mut again = Pager::new(Endpoint::Prism(DataSet::Apps), Vec::new(), kept).expect("ours");
    assert_eq!(again.advance(&envelope(None, Some(609)), 9, b"3").expect("read"), After::End);
    assert!(again.has_moved());
    let mut by_cursor = prism();
    by_cursor.advance(&envelope(Some("a"), Some(610)), 300, b"1").expect("read");
    by_cursor.advance(&envelope(None, Some(609)), 300, b"2").expect("read");
    assert!(!by_cursor.has_moved(), "a cursor keeps its place");
}

#[test]
fn behind_the_last_page_there_is_nothing_to_read_again() {
    for (mut pager, last) in [
        (prism(), envelope(None, Some(310))),
        (Pager::new(Endpoint::Users, Vec::new(), None).expect("from the beginning"), Envelope::default()),
        (Pager::new(Endpoint::Tags, Vec::new(), None).expect("from the beginning"), Envelope::default()),
        (Pager::new(Endpoint::AdeDevices, Vec::new(), None).expect("from the beginning"), Envelope::default()),
    ] {
        let endpoint = pager.endpoint;
        assert_eq!(pager.advance(&last, 310, b"1").expect("read"), After::End, "{endpoint:?}");
        let kept = Position::parse(&pager.position().text()).expect("ours");
        let again = Pager::new(endpoint, Vec::new(), kept).expect("ours");
        assert!(again.is_at_end() && again.rows() == 310, "{endpoint:?}");
    }
}

#[test]
fn a_reading_goes_on_where_its_position_says() {
    let mut pager = prism();
    pager.advance(&envelope(Some("x|300"), None), 300, b"1").expect("read");
    let kept = pager.position().text();
    let again = Pager::new(Endpoint::Prism(DataSet::Apps), Vec::new(), Position::parse(&kept).expect("ours"))
        .expect("a position of this endpoint");
    assert_eq!((again.query(), again.rows()), (pager.query(), 300));
    assert!(Position::parse("{\"shoe\":1}").is_err());
    assert!(Pager::new(Endpoint::Tags, Vec::new(), Some(Position::Page { page: 2, rows: 300, total: None })).is_err());
}
