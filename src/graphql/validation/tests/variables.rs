//! The rules of variables.

use super::{accepts, refuses};

#[test]
fn variables_that_fit_their_places_are_accepted() {
    accepts(&[
        "query($a: Boolean!) { __typename @skip(if: $a) }",
        "query($a: Boolean = true) { __typename @skip(if: $a) }",
        "query($n: Name!) { animal(named: $n) { __typename } }",
        "mutation($n: String, $t: [String!]!) { rename(input: { name: REX, note: $n, tags: $t }) { id } }",
        "query A($a: Int) { ...F } query B($a: Int!) { ...F } fragment F on Query { human(age: $a) { id } }",
        "query($x: Int!) { at(point: { x: $x }) }",
    ]);
}

#[test]
fn variables_must_be_defined_used_and_typed() {
    for (text, message) in [
        ("query($a: Int) { __typename }", "\"$a\" is never used"),
        (
            "query($a: Int, $a: Int) { human(age: $a) { id } }",
            "is defined twice",
        ),
        (
            "query($a: Age) { human(age: $a) { id } }",
            "\"Age\" does not exist",
        ),
        (
            "query($a: Human) { human(age: $a) { id } }",
            "no input type",
        ),
        (
            "query($a: Int = \"1\") { human(age: $a) { id } }",
            "type \"Int\" is needed",
        ),
        (
            "query($a: Int! = null) { human(age: $a) { id } }",
            "type \"Int!\" is needed",
        ),
    ] {
        refuses(text, message);
    }
}

#[test]
fn variables_in_places_of_other_types_are_refused() {
    for (text, message) in [
        (
            "query($a: Boolean) { __typename @skip(if: $a) }",
            "cannot stand where",
        ),
        (
            "query($a: Boolean = null) { __typename @skip(if: $a) }",
            "cannot stand where",
        ),
        (
            "query($a: String) { human(age: $a) { id } }",
            "cannot stand where",
        ),
        (
            "query($a: ID!) { human(of: $a) { id } }",
            "cannot stand where",
        ),
        (
            "query($a: [ID]) { human(of: $a) { id } }",
            "cannot stand where",
        ),
        (
            "query($x: Int) { at(point: { x: $x }) }",
            "cannot stand where",
        ),
        (
            "query A { ...F } fragment F on Query { human(age: $a) { id } }",
            "\"$a\" is not defined",
        ),
        ("{ nothing(a: [{ b: $a }]) }", "\"$a\" is not defined"),
    ] {
        refuses(text, message);
    }
}
