//! Estimates the number of values in a response, from the schema: the lengths of the
//! introspection's lists are known, and those of an account's lists have a maximum.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use async_graphql::Name;
use async_graphql::parser::types::{BaseType, Field};
use async_graphql_value::{ConstValue, Value};

use crate::graphql::type_system;
use crate::graphql::validation::{TypeSystem, named};
use crate::model::MAX_SESSIONS;

/// The most rows that a list with the argument `first` returns.
const MAX_FIRST: usize = 100;
/// The cost of a value of an account. It may be as much longer than a value of the schema, and so
/// may its name.
const ACCOUNT_VALUE: usize = 32;

/// The estimated cost of the values of a selection set. Sums and products saturate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Values {
    /// The cost in a list of all types, where each list has its average length.
    pub(super) average: usize,
    /// The cost anywhere else, where each list may be the schema's longest: a client can lead a
    /// query to the longest lists again and again.
    pub(super) most: usize,
}

/// The lengths of one of the introspection's lists.
#[derive(Clone, Copy, Debug, Default)]
struct Lengths {
    /// The sum of all lists.
    total: usize,
    /// The number of lists, also of those that are empty.
    lists: usize,
    longest: usize,
}

/// The lengths of lists.
#[derive(Debug)]
pub(super) struct Estimates {
    types: usize,
    directives: usize,
    introspection: HashMap<&'static str, Lengths>,
    /// The names of fields that return a list of objects, of any type.
    lists: HashSet<Name>,
    /// The fields with the argument `first`, and its default.
    paged: HashMap<Name, usize>,
}

impl Values {
    const fn of(cost: usize) -> Self {
        Self {
            average: cost,
            most: cost,
        }
    }

    pub(super) const fn plus(self, other: Self) -> Self {
        Self {
            average: self.average.saturating_add(other.average),
            most: self.most.saturating_add(other.most),
        }
    }

    pub(super) fn max(self, other: Self) -> Self {
        Self {
            average: self.average.max(other.average),
            most: self.most.max(other.most),
        }
    }
}

impl Lengths {
    fn add(&mut self, length: usize) {
        self.total += length;
        self.lists += 1;
        self.longest = self.longest.max(length);
    }

    /// Returns the cost of a list, by that of one of its rows.
    fn values(self, row: Values) -> Values {
        let total = row.average.saturating_mul(self.total);
        Values {
            average: total.div_ceil(self.lists.max(1)).saturating_add(1),
            most: row.most.saturating_mul(self.longest).saturating_add(1),
        }
    }
}

impl Estimates {
    /// Returns the estimates for the server's schema.
    pub(super) fn of_schema() -> &'static Self {
        static ESTIMATES: LazyLock<Estimates> = LazyLock::new(|| Estimates::new(type_system()));
        &ESTIMATES
    }

    pub(super) fn new(system: &TypeSystem) -> Self {
        let mut estimates = Self {
            types: system.types(),
            directives: system.directives().count(),
            introspection: system_lists(system),
            lists: HashSet::new(),
            paged: HashMap::new(),
        };
        let composites = system
            .composites()
            .filter(|(name, _)| !name.starts_with("__"));
        for (name, field) in composites.flat_map(|(_, composite)| &composite.fields) {
            let is_list = matches!(field.ty.base, BaseType::List(_));
            if is_list && system.composite(named(&field.ty)).is_some() {
                estimates.lists.insert(name.clone());
            }
            if let Some(first) = field.arguments.get("first") {
                let rows = first
                    .default
                    .as_ref()
                    .and_then(|it| number(&ConstValue::into_value(it.clone())));
                let rows = rows.unwrap_or(MAX_FIRST).min(MAX_FIRST);
                let most = estimates.paged.entry(name.clone()).or_default();
                *most = rows.max(*most);
            }
        }
        estimates
    }

    /// Returns the cost of a field, by that of one row of what it selects.
    pub(super) fn field(&self, field: &Field, row: Values, in_introspection: bool) -> Values {
        let name = field.name.node.as_str();
        let all = |row: usize, rows: usize| Values::of(row.saturating_mul(rows).saturating_add(1));
        match name {
            "__schema" => all(row.average, 1),
            "__type" => all(row.most, 1),
            _ if !in_introspection => {
                let rows = row.most.saturating_mul(self.rows(field));
                Values::of(rows.saturating_add(ACCOUNT_VALUE))
            }
            "types" => all(row.average, self.types),
            "directives" => all(row.most, self.directives),
            // The arguments of each field of each type.
            "fields" => self.introspection["fields"].values(row),
            _ => match self.introspection.get(name) {
                Some(lengths) => lengths.values(Values::of(row.most)),
                None => all(row.most, 1),
            },
        }
    }

    /// Returns the largest number of rows that a field of an account returns.
    fn rows(&self, field: &Field) -> usize {
        let name = &field.name.node;
        if let Some(default) = self.paged.get(name) {
            return match field.get_argument("first").map(|it| &it.node) {
                None => *default,
                // A variable's value is not known yet.
                Some(value) => number(value).map_or(MAX_FIRST, |it| it.min(MAX_FIRST)),
            };
        }
        if self.lists.contains(name) {
            MAX_SESSIONS
        } else {
            1
        }
    }
}

fn number(value: &Value) -> Option<usize> {
    match value {
        Value::Number(number) => number.as_u64().and_then(|it| usize::try_from(it).ok()),
        _ => None,
    }
}

/// Returns the lengths of the lists that a type, or a field of a type, has in the introspection.
fn system_lists(system: &TypeSystem) -> HashMap<&'static str, Lengths> {
    let mut lists: HashMap<&'static str, Lengths> = HashMap::new();
    let mut add = |name, length| lists.entry(name).or_default().add(length);
    for lengths in system.lengths() {
        add("fields", lengths.fields.len());
        for arguments in &lengths.fields {
            add("args", *arguments);
        }
        add("inputFields", lengths.input_fields);
        add("enumValues", lengths.enum_values);
        add("possibleTypes", lengths.possible_types);
        add("interfaces", lengths.interfaces);
    }
    let arguments = system.directives().map(|it| it.arguments.len()).max();
    let longest = &mut lists.entry("args").or_default().longest;
    *longest = arguments.unwrap_or_default().max(*longest);
    lists
}
