//! What is checked, and what is not.

use super::*;

mod properties;

/// graphql-js 16.15's `getIntrospectionQuery` with every option on: what `GraphiQL` asks, and more.
const INTROSPECTION: &str = include_str!("../introspection.graphql");

fn refusal(document: &str) -> ServerError {
    check(document).map_or_else(ServerError::from, |_| panic!("checked: {document}"))
}

/// The name of the limit that a document exceeds.
fn exceeded(document: &str) -> &'static str {
    match check(document) {
        Err(DocumentError::Exceeds(limit)) => limit.name,
        other => panic!("{other:?} for {}", &document[..document.len().min(200)]),
    }
}

/// A document that has so much of what a limit counts, and little else.
fn document_with(limit: &Limit, count: usize) -> String {
    let several = |part: fn(usize) -> String, count| (0..count).map(part).collect::<String>();
    match limit.name {
        "TOKENS" => format!("{{ a(b: [{}]) }}", "0 ".repeat(count - 9)),
        "NESTING" => format!(
            "{{ a(b: {}{}) }}",
            "[".repeat(count - 2),
            "]".repeat(count - 2)
        ),
        "WORD" => format!("{{ {} }}", "a".repeat(count)),
        "FRAGMENTS" => several(|it| format!("fragment F{it} on A {{ a }} "), count) + "{ a }",
        "OPERATIONS" => several(|it| format!("query Q{it} {{ a }} "), count),
        "ROOT_FIELDS" => format!("{{ {} }}", "a ".repeat(count)),
        "ALIASES" => format!(
            "{{ a {{ {} }} }}",
            several(|it| format!("a{it}: a "), count)
        ),
        "DIRECTIVES" => format!("{{ a {} }}", "@a ".repeat(count)),
        "DEPTH" => format!("{}{}", "{ a ".repeat(count), "}".repeat(count)),
        // An operation's root, and a fragment's eight fields eleven times over and as they are.
        "SELECTIONS" => {
            let fields = count - 1 - 11 * 9 - 8;
            format!(
                "{{ a {{ {} {} }} }} fragment F on A {{ b b b b b b b b }}",
                "...F ".repeat(11),
                "b ".repeat(fields)
            )
        }
        "CREDENTIALS" => format!("mutation {{ {} }}", "login ".repeat(count)),
        other => panic!("no document for {other}"),
    }
}

#[test]
fn every_limit_of_a_document_is_kept_to_the_last_one_and_named_with_its_value_beyond() {
    for limit in LIMITS
        .iter()
        .filter(|limit| !matches!(limit.name, "VARIABLES" | "VALUES"))
    {
        let (most, beyond) = (
            document_with(limit, limit.most),
            document_with(limit, limit.most + 1),
        );
        assert!(check(&most).is_ok(), "{}: {:?}", limit.name, check(&most));
        let error = refusal(&beyond);
        assert_eq!(exceeded(&beyond), limit.name);
        assert!(
            error
                .message
                .contains(&format!("at most {} {}.", limit.most, limit.what)),
            "{}",
            error.message
        );
    }
}

#[test]
fn lists_of_lists_of_the_schema_are_refused() {
    let nested = |inner: &str| {
        format!(
            "{{ __schema {{ types {{ fields {{ type {{ fields {{ type {inner} }} }} }} }} }} }}"
        )
    };
    assert!(check(&nested("{ name }")).is_ok());
    assert_eq!(
        exceeded(&nested("{ fields { type { fields { name } } } }")),
        "VALUES"
    );
    let in_fragments = "{ __schema { types { ...T } } } fragment T on __Type { fields { type { ...U } } } \
        fragment U on __Type { fields { type { ...V } } } fragment V on __Type { fields { args { type { name } } } \
        inputFields { name } possibleTypes { fields { name description } } }";
    assert_eq!(exceeded(in_fragments), "VALUES");
    let deep = format!("{}name{}", "fields { type { ".repeat(8), "} } ".repeat(8));
    let inline = format!("{{ __type(name: \"User\") {{ ... {{ ... on __Type {{ {deep} }} }} }} }}");
    assert_eq!(exceeded(&inline), "VALUES");
    // Fields of the same name elsewhere are no lists of the schema.
    assert!(
        check(
            &"{ a { fields { fields { fields { fields { fields { a } } } } } } }"
                .replace('a', "types")
        )
        .is_ok()
    );
}

#[test]
fn the_introspection_query_keeps_every_limit_with_room() {
    let checked = check(INTROSPECTION).unwrap();
    assert!(checked.introspection);
    let found = cost::analyze_cost(&checked.document).unwrap();
    let counted = scan::count(INTROSPECTION);
    for (limit, count) in [
        (&limits::TOKENS, counted.tokens),
        (&limits::NESTING, counted.nesting),
        (&limits::DEPTH, found.operation.depth),
        (&limits::SELECTIONS, found.selections),
        (&limits::VALUES, found.operation.values),
    ] {
        assert!(
            count * 5 <= limit.most * 4,
            "{}: {count} of {}",
            limit.name,
            limit.most
        );
    }
}

#[test]
fn twice_the_introspection_in_one_document_is_too_much() {
    let twice = INTROSPECTION.replace("__schema {", "__schema { ...S } again: __schema {");
    assert_eq!(
        exceeded(&format!(
            "{twice} fragment S on __Schema {{ types {{ ...FullType }} }}"
        )),
        "VALUES"
    );
}

#[test]
fn one_credential_is_spent_in_an_operation_however_it_is_dressed() {
    for disguise in [
        "mutation { login login }",
        "mutation { a: login b: login }",
        "mutation { login ... { login } }",
        "mutation { login ... on Mutation { signup } }",
        "mutation { ...F ...F } fragment F on Mutation { login }",
        "mutation { login ...F } fragment F on Mutation { ...G } fragment G on Mutation { refresh }",
        "mutation($a: Boolean!) { login @include(if: $a) b: login @skip(if: $a) }",
        "mutation { forgotPassword resetPassword }",
        "mutation { changePassword ... @include(if: false) { verifyEmail } }",
        "mutation { sendVerificationCode a: sendVerificationCode }",
        "query A { a } mutation B { login login }",
    ] {
        assert_eq!(exceeded(disguise), "CREDENTIALS", "{disguise}");
    }
    for plain in [
        "mutation { login logout updateProfile }",
        "mutation A { login } mutation B { login }",
    ] {
        assert!(check(plain).is_ok(), "{plain}");
    }
}

#[test]
fn a_fragment_that_contains_itself_is_refused_where_it_stands() {
    for circle in [
        "{ ...F }\nfragment F on A { ...F }",
        "{ a }\nfragment F on A { ...G } fragment G on A { b { ... { ...F } } }",
    ] {
        let error = refusal(circle);
        assert_eq!(error.message, "A fragment contains itself.");
        assert_eq!(error.locations[0].line, 2);
    }
}

/// Without a memo these would not come back: the numbers are those of selections written out.
#[test]
fn fan_out_is_refused_without_being_written_out() {
    for (width, levels) in [(2_usize, 21_usize), (10, 20), (30, 6), (19, 20)] {
        let spreads = |level: usize| format!("...F{level} ").repeat(width);
        let fragment =
            |level: usize| format!("fragment F{level} on A {{ {} }} ", spreads(level + 1));
        let fragments: String = (0..levels).map(fragment).collect();
        let bomb = format!("{{ a {{ ...F0 }} }} {fragments} fragment F{levels} on A {{ a }}");
        assert_eq!(exceeded(&bomb), "SELECTIONS", "{width} wide, {levels} deep");
    }
}

#[test]
fn variables_are_counted_with_all_that_is_in_them() {
    let variables = |json: serde_json::Value| Variables::from_json(json);
    assert!(check_variables(&variables(serde_json::json!({ "a": vec![0; 499] }))).is_ok());
    for many in [
        serde_json::json!({ "a": vec![0; 500] }),
        serde_json::json!({ "a": { "b": vec![serde_json::json!([[]]); 300] } }),
        (0..501)
            .map(|it| (format!("v{it}"), 0.into()))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    ] {
        assert!(matches!(
            check_variables(&variables(many)),
            Err(DocumentError::Exceeds(&limits::VARIABLES))
        ));
    }
}

#[test]
fn the_operation_is_chosen_by_name_where_there_is_a_choice() {
    let chosen = |document: &str, name: Option<&str>| {
        let checked = check(document).unwrap();
        checked
            .operation(name)
            .map(|(name, _)| name.map(ToString::to_string))
            .map_err(|it| ServerError::from(it).message)
    };
    assert_eq!(chosen("{ a }", None), Ok(None));
    assert_eq!(chosen("query A { a }", None), Ok(Some("A".to_owned())));
    assert_eq!(
        chosen("query A { a } query B { b }", Some("B")),
        Ok(Some("B".to_owned()))
    );
    let several = "The document has several operations: say in `operationName` which to run.";
    assert_eq!(
        chosen("query A { a } query B { b }", None),
        Err(several.to_owned())
    );
    for document in ["{ a }", "query A { a }"] {
        assert_eq!(
            chosen(document, Some("S3cret")),
            Err("The document has no operation of this name.".to_owned())
        );
    }
}
