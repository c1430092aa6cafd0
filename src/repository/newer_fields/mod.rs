//! Fields that a newer version wrote and this one does not know: a save carries them along.
//!
//! Older and newer servers use one database while an update is rolled out. A field belongs to the
//! object in which it stands: it stays with that object, and goes when the object goes (an ended
//! session takes its fields along).

use serde::{Deserialize, Deserializer};

use super::StoreError;

/// The fields that say which object an object is. One without any of them is the same as long as it
/// has the same place.
const IDENTITIES: [&str; 6] = ["id", "ticket", "digest", "secret", "key", "attempt"];
/// The field whose value is one of several variants, with a key for each.
const STATE: &str = "state";

/// A value that was read, and what the reader made of its fields.
pub(super) struct Noticed<T> {
    pub(super) value: T,
    /// True if some field, at any depth, is one that `T` does not know.
    pub(super) has_unknown_fields: bool,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Noticed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut has_unknown_fields = false;
        let value = serde_ignored::deserialize(deserializer, |_| has_unknown_fields = true)?;
        Ok(Self {
            value,
            has_unknown_fields,
        })
    }
}

/// A document of a store: objects, lists and plain values.
pub(super) trait Tree: Clone + PartialEq {
    /// Returns the keys of an object.
    fn keys(&self) -> Option<Vec<String>>;
    /// Returns the value of a key of an object.
    fn field(&self, key: &str) -> Option<&Self>;
    /// Returns the value of a key of an object, for modification.
    fn field_mut(&mut self, key: &str) -> Option<&mut Self>;
    /// Sets the value of a key, if this is an object.
    fn set(&mut self, key: &str, value: Self);
    /// Returns the items of a list.
    fn items(&self) -> Option<&[Self]>;
    /// Returns the items of a list, for modification.
    fn items_mut(&mut self) -> Option<&mut [Self]>;
}

/// Adds to `saved` the fields of `stored` that `known`, which is what this version read of it, does
/// not have.
///
/// # Errors
/// Returns an error if an object with such fields is replaced by one of another kind: they would be
/// lost.
pub(super) fn carry<T: Tree>(stored: &T, known: &T, saved: &mut T) -> Result<(), StoreError> {
    if stored == known {
        return Ok(());
    }
    for key in stored.keys().unwrap_or_default() {
        let Some(value) = stored.field(&key) else {
            continue;
        };
        match (known.field(&key), saved.field_mut(&key)) {
            (None, None) => saved.set(&key, value.clone()),
            (Some(known), Some(saved))
                if key == STATE && known.keys() != saved.keys() && value != known =>
            {
                return Err(StoreError::Newer);
            }
            (Some(known), Some(saved)) if is_same(known, saved) => carry(value, known, saved)?,
            // This version writes the field itself, or the object has gone.
            _ => {}
        }
    }
    let (Some(stored), Some(known)) = (stored.items(), known.items()) else {
        return Ok(());
    };
    for (stored, known) in stored.iter().zip(known) {
        if let Some(saved) = saved.items_mut().and_then(|items| find(known, items)) {
            carry(stored, known, saved)?;
        }
    }
    Ok(())
}

/// Returns the item that is the known one, perhaps changed.
fn find<'a, T: Tree>(known: &T, items: &'a mut [T]) -> Option<&'a mut T> {
    let unchanged = items.iter().position(|item| item == known);
    let same = || {
        let id = identity(known)?;
        items.iter().position(|item| identity(item) == Some(id))
    };
    let place = unchanged.or_else(same)?;
    items.get_mut(place)
}

/// Returns whether the value in one place is still the same object, perhaps changed.
fn is_same<T: Tree>(known: &T, saved: &T) -> bool {
    identity(known).is_none_or(|id| identity(saved) == Some(id))
}

fn identity<T: Tree>(object: &T) -> Option<&T> {
    IDENTITIES.iter().find_map(|key| object.field(key))
}

#[cfg(test)]
mod tests;
