//! How queries are read.

use super::*;

fn term(path: &str, operator: Operator, value: &str) -> Term {
    Term { path: path.to_owned(), operator, value: value.to_owned() }
}

fn check(text: &str, expected: Vec<Term>) {
    let query = parse(text).expect("the query is short");
    let terms: Vec<Term> = query.alternatives.into_iter().flatten().flatten().collect();
    assert_eq!(terms, expected, "{text}");
}

#[test]
fn every_operator_is_read() {
    check("a=b", vec![term("a", Operator::Equals, "b")]);
    check("a!=b", vec![term("a", Operator::Differs, "b")]);
    check("aLIKEb", vec![term("a", Operator::Contains, "b")]);
    check("aNOT LIKEb", vec![term("a", Operator::Lacks, "b")]);
    check("aSTARTSWITHb", vec![term("a", Operator::Starts, "b")]);
    check("aENDSWITHb", vec![term("a", Operator::Ends, "b")]);
    check("aINb,c", vec![term("a", Operator::Among, "b,c")]);
    check("aNOT INb,c", vec![term("a", Operator::Outside, "b,c")]);
    check("aISEMPTY", vec![term("a", Operator::Empty, "")]);
    check("aISNOTEMPTY", vec![term("a", Operator::Filled, "")]);
    check("a<=5", vec![term("a", Operator::AtMost, "5")]);
    check("a>5", vec![term("a", Operator::Above, "5")]);
    check("aBETWEEN1@2", vec![term("a", Operator::Between, "1@2")]);
    check("a.b.c=d=e", vec![term("a.b.c", Operator::Equals, "d=e")]);
    check("a=b^^c", vec![term("a", Operator::Equals, "b^c")]);
}

#[test]
fn or_binds_closer_than_and_and_new_query_loosest() {
    let query = parse("a=1^b=2^ORc=3^NQd=4^ORDERBYa^ORDERBYDESCb").expect("the query is short");
    let sizes: Vec<Vec<usize>> = query.alternatives.iter().map(|all| all.iter().map(Vec::len).collect()).collect();
    assert_eq!(sizes, vec![vec![1, 2], vec![1]]);
    assert_eq!(query.order, vec![("a".to_owned(), false), ("b".to_owned(), true)]);
}

#[test]
fn what_is_no_term_is_counted() {
    let query = parse("JOINa.x=b.y^nothing^=5^EQ^").expect("the query is short");
    assert_eq!(query.unknown, 3);
    assert!(parse(&"a=1^".repeat(QUERY_TERMS_MAX + 1)).is_err());
}
