//! A faulty expression is told with its place, whatever is wrong with it.

use super::{Way, run_check, things};
use crate::Error;

#[test]
fn an_expression_that_does_not_plan_is_told_with_its_place() {
    let mut mapping = things();
    mapping.columns[1].value = "no_such_function(thing.name)".to_owned();
    let fault = run_check(&mapping, Way::PLAIN).expect_err("there is no such function");
    let Error::Expression { place, expression, .. } = fault else { panic!("{fault}") };
    assert_eq!((place.as_str(), expression.as_str()), ("the value of column `u_name`", "no_such_function(thing.name)"));
}

#[test]
fn two_expressions_in_the_place_of_one_are_refused() {
    let mut mapping = things();
    mapping.columns[1].value = "thing.name, thing.note".to_owned();
    let fault = run_check(&mapping, Way::PLAIN).expect_err("that is no expression");
    assert!(matches!(&fault, Error::Expression { place, .. } if place == "the value of column `u_name`"), "{fault}");
}

#[test]
fn a_sound_mapping_is_sound() {
    run_check(&things(), Way::PLAIN).expect("nothing is wrong with it");
}
