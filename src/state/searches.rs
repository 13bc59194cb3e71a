//! Saved searches: the query of a list under a name, for one person or for all.
//!
//! Saving under a name that is there already replaces it. What a query means is not known here.

use super::fact::{Fact, SearchFact};
use super::{Author, NewSearch, Search, State, StateError, random, rules};
use crate::domain::{ActorId, ActorKind, Text, Wording};
use crate::limits::{SEARCH_QUERY_MAX, SEARCHES_MAX};

impl State {
    /// The searches that are shared and those of `who`, of one list or of all, by name. A token
    /// does not have those of a user of its name.
    #[must_use]
    pub fn searches(&self, who: &ActorId, list: Option<&str>) -> Vec<Search> {
        let book = self.book();
        let seen = |search: &&std::sync::Arc<SearchFact>| {
            search.owner.as_ref().is_none_or(|owner| owner == who) && list.is_none_or(|list| search.list == list)
        };
        let mut found: Vec<Search> = book.searches.values().filter(seen).map(|s| Search::clone(s)).collect();
        found.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        found
    }

    /// Keeps a search, in the place of an older one of the same name.
    pub async fn save_search(&self, by: &Author, new: NewSearch) -> Result<Search, StateError> {
        let name = rules::name(Text::new("查询", "a search"), &new.name)?;
        if new.query.len() > SEARCH_QUERY_MAX {
            return Err(StateError::Invalid(Wording::new(
                format!("保存的查询最多 {SEARCH_QUERY_MAX} 字节"),
                format!("a saved query has at most {SEARCH_QUERY_MAX} bytes"),
            )));
        }
        let owner = (!new.shared).then(|| by.who().id());
        let hash = random::hash(&format!("{}\0{}\0{name}", of(owner.as_ref()), new.list));
        let id = random::hex(&hash[..8]);
        let created_at = self.shared.clock.now();
        let search = Search { id, list: new.list, name, query: new.query, owner, created_at };
        self.change(by, move |book| {
            let others = book.searches.values().filter(|s| s.owner == search.owner && s.id != search.id);
            if others.count() >= SEARCHES_MAX {
                return Err(StateError::Invalid(Wording::new(
                    format!("已保存 {SEARCHES_MAX} 个查询，不能再多"),
                    format!("there are {SEARCHES_MAX} searches already, which is the most"),
                )));
            }
            Ok((Fact::Search(search.clone()), search.clone()))
        })
        .await
    }

    /// Forgets a search of one's own, or, with `any`, a shared one.
    pub async fn remove_search(&self, by: &Author, id: &str, any: bool) -> Result<(), StateError> {
        let (id, who) = (id.to_owned(), by.who().id());
        self.change(by, move |book| {
            let known = book.searches.get(&id);
            match known.filter(|s| s.owner.as_ref().map_or(any, |owner| *owner == who)) {
                Some(_) => Ok((Fact::SearchRemoved(id.clone()), ())),
                None => Err(StateError::NotFound(format!("search {id}"))),
            }
        })
        .await
    }
}

/// Whose a search is, as its id has it: a user's as it was before there were kinds, so that saving
/// one again replaces it.
fn of(owner: Option<&ActorId>) -> String {
    match owner {
        None => String::new(),
        Some(ActorId { kind: Some(ActorKind::User) | None, name }) => name.clone(),
        Some(ActorId { kind: Some(kind), name }) => format!("{}\0{name}", kind.name()),
    }
}
