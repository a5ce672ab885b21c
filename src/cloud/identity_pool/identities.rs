//! Who an identity pool knows, and what a set of verified logins means to it: the same
//! identity again, a new one, one more login for a known one, or two identities that turn
//! out to be one person.
//!
//! Deciding and changing are apart: [`Identities::resolve`] only looks, so that a request
//! refused later has changed nothing; [`Identities::apply`] carries the decision out.

use std::collections::{BTreeMap, BTreeSet};

use crate::protocol::time::Moment;

/// A user at a provider. Identities are keyed on this, never on the text of a token.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkedLogin {
    /// The key in the Logins map
    pub provider: String,
    /// Who that is there
    pub subject: String,
}

/// What an identity is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityState {
    /// Nobody has signed in as it
    Guest,
    /// It has, or had, a login; without one nobody gets in
    Authenticated,
    /// Merged into another one
    Disabled,
}

/// An identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `us-east-1:UUID`
    pub id: String,
    /// Its logins, in the order of linking
    pub logins: Vec<LinkedLogin>,
    /// What it is now
    pub state: IdentityState,
    /// When it was created
    pub created_at: Moment,
    /// When its logins last changed
    pub modified_at: Moment,
}

impl Identity {
    /// Whether this login is linked to it.
    pub fn has(&self, login: &LinkedLogin) -> bool {
        self.logins.contains(login)
    }
}

/// What a set of verified logins comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Nobody known: a new identity with these logins (none: a guest)
    Create {
        /// Its logins
        logins: Vec<LinkedLogin>,
    },
    /// A known identity
    Known {
        /// Its id, which the answer carries
        id: String,
        /// Logins it gets now
        link: Vec<LinkedLogin>,
        /// Identities that are merged into it and disabled
        absorb: Vec<String>,
    },
}

/// Why a set of logins cannot be resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// None of the logins belongs to the identity asked for
    DoesNotMatch,
    /// The identity would have two logins of one provider
    SecondLoginOfProvider,
}

/// All identities of a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identities {
    by_id: BTreeMap<String, Identity>,
    /// The name by which a backend's own users are known; an identity may have several of those
    developer: Option<String>,
    /// The ids of the identities that have a login, so that finding one costs the same in a
    /// large pool
    by_login: BTreeMap<LinkedLogin, BTreeSet<String>>,
    /// How many are merged into others
    disabled: usize,
}

impl Identities {
    /// Says by which name a backend's own users are known.
    pub fn set_developer(&mut self, provider: Option<String>) {
        self.developer = provider;
    }

    /// The identity with this id.
    pub fn get(&self, id: &str) -> Option<&Identity> {
        self.by_id.get(id)
    }

    /// Every identity, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Identity> {
        self.by_id.values()
    }

    /// How many are not merged into another one.
    pub fn enabled(&self) -> usize {
        self.by_id.len().saturating_sub(self.disabled)
    }

    /// Adds an identity.
    pub fn create(&mut self, id: String, logins: Vec<LinkedLogin>, now: Moment) {
        let state = if logins.is_empty() {
            IdentityState::Guest
        } else {
            IdentityState::Authenticated
        };
        self.know(&id, &logins);
        let identity = Identity {
            id: id.clone(),
            logins,
            state,
            created_at: now,
            modified_at: now,
        };
        self.by_id.insert(id, identity);
    }

    /// The enabled identity that has this login.
    pub fn linked_to(&self, login: &LinkedLogin) -> Option<&Identity> {
        let mut known = self.by_login.get(login)?.iter();
        known.find_map(|id| {
            self.get(id)
                .filter(|one| one.state != IdentityState::Disabled)
        })
    }

    fn know(&mut self, id: &str, logins: &[LinkedLogin]) {
        for login in logins {
            let ids = self.by_login.entry(login.clone()).or_default();
            ids.insert(id.to_owned());
        }
    }

    fn forget(&mut self, id: &str, logins: &[LinkedLogin]) {
        for login in logins {
            if let Some(ids) = self.by_login.get_mut(login) {
                ids.remove(id);
                if ids.is_empty() {
                    self.by_login.remove(login);
                }
            }
        }
    }

    /// An identity is merged into another one and has no login any more.
    fn disable(&mut self, id: &str, now: Moment) {
        let Some(identity) = self.by_id.get_mut(id) else {
            return;
        };
        self.disabled += usize::from(identity.state != IdentityState::Disabled);
        identity.state = IdentityState::Disabled;
        identity.modified_at = now;
        let logins = std::mem::take(&mut identity.logins);
        self.forget(id, &logins);
    }

    /// What these logins come to when nobody says which identity is meant (GetId).
    pub fn resolve(&self, logins: &[LinkedLogin]) -> Result<Resolution, Unresolved> {
        match logins.iter().find_map(|login| self.linked_to(login)) {
            Some(known) => self.resolve_into(known, logins),
            None => {
                self.one_login_per_provider(logins)?;
                Ok(Resolution::Create {
                    logins: logins.to_vec(),
                })
            }
        }
    }

    /// What these logins come to for the identity that the caller names. The identity must be
    /// enabled. A guest is upgraded, or merged into the identity that the login already has.
    pub fn resolve_for(
        &self,
        identity: &Identity,
        logins: &[LinkedLogin],
    ) -> Result<Resolution, Unresolved> {
        let elsewhere = logins
            .iter()
            .find_map(|login| self.linked_to(login))
            .filter(|o| o.id != identity.id);
        match (identity.state, elsewhere) {
            (IdentityState::Guest, Some(parent)) if !logins.is_empty() => {
                let resolution = self.resolve_into(parent, logins)?;
                Ok(absorbing(resolution, &identity.id))
            }
            (IdentityState::Guest, _) => self.resolve_into(identity, logins),
            _ if logins.iter().any(|login| identity.has(login)) => {
                self.resolve_into(identity, logins)
            }
            _ => Err(Unresolved::DoesNotMatch),
        }
    }

    /// All of the logins are this identity's from now on, and so is everything linked to them.
    fn resolve_into(
        &self,
        parent: &Identity,
        logins: &[LinkedLogin],
    ) -> Result<Resolution, Unresolved> {
        let mut link: Vec<LinkedLogin> = Vec::new();
        let mut absorb: Vec<String> = Vec::new();
        for login in logins.iter().filter(|login| !parent.has(login)) {
            match self.linked_to(login) {
                Some(other) if !absorb.contains(&other.id) => {
                    absorb.push(other.id.clone());
                    link.extend(other.logins.iter().cloned());
                }
                Some(_) => {}
                None => link.push(login.clone()),
            }
        }
        let all: Vec<LinkedLogin> = parent.logins.iter().chain(&link).cloned().collect();
        self.one_login_per_provider(&all)?;
        Ok(Resolution::Known {
            id: parent.id.clone(),
            link,
            absorb,
        })
    }

    /// Carries a resolution out. `fresh` is the id of the identity if one is created.
    pub fn apply(&mut self, resolution: Resolution, fresh: Option<String>, now: Moment) {
        match resolution {
            Resolution::Create { logins } => {
                if let Some(id) = fresh {
                    self.create(id, logins, now);
                }
            }
            Resolution::Known { id, link, absorb } => {
                for absorbed in absorb {
                    self.disable(&absorbed, now);
                }
                self.know(&id, &link);
                if let Some(identity) = self.by_id.get_mut(&id).filter(|_| !link.is_empty()) {
                    identity.state = IdentityState::Authenticated;
                    identity.logins.extend(link);
                    identity.modified_at = now;
                }
            }
        }
    }

    /// What linking logins to an identity comes to where its owner, the backend, says so: nobody
    /// else may have them.
    pub fn resolve_link(
        &self,
        identity: &Identity,
        logins: &[LinkedLogin],
    ) -> Result<Resolution, Unresolved> {
        let elsewhere = |login: &LinkedLogin| {
            let known = self.linked_to(login);
            known.is_some_and(|known| known.id != identity.id)
        };
        if logins.iter().any(elsewhere) {
            return Err(Unresolved::DoesNotMatch);
        }
        self.resolve_into(identity, logins)
    }

    /// What making one identity out of two comes to: the first one keeps its id.
    pub fn resolve_merge(
        &self,
        into: &Identity,
        from: &Identity,
    ) -> Result<Resolution, Unresolved> {
        let all: Vec<LinkedLogin> = into.logins.iter().chain(&from.logins).cloned().collect();
        self.one_login_per_provider(&all)?;
        Ok(Resolution::Known {
            id: into.id.clone(),
            link: from.logins.clone(),
            absorb: vec![from.id.clone()],
        })
    }

    /// An identity has at most one login of each provider, but for the backend's own.
    fn one_login_per_provider(&self, logins: &[LinkedLogin]) -> Result<(), Unresolved> {
        for (position, login) in logins.iter().enumerate() {
            let mut before = logins.iter().take(position);
            let clash = before.any(|other| other.provider == login.provider);
            if clash && self.developer.as_deref() != Some(login.provider.as_str()) {
                return Err(Unresolved::SecondLoginOfProvider);
            }
        }
        Ok(())
    }

    /// Deletes an identity; says whether there was one.
    pub fn delete(&mut self, id: &str) -> bool {
        let Some(identity) = self.by_id.remove(id) else {
            return false;
        };
        self.forget(id, &identity.logins);
        self.disabled -= usize::from(identity.state == IdentityState::Disabled);
        true
    }

    /// Takes one login away from an identity.
    pub fn unlink_login(&mut self, id: &str, login: &LinkedLogin, now: Moment) {
        if let Some(identity) = self.by_id.get_mut(id) {
            identity.logins.retain(|known| known != login);
            identity.modified_at = now;
            self.forget(id, std::slice::from_ref(login));
        }
    }

    /// Takes logins of these providers away from an identity.
    pub fn unlink(&mut self, id: &str, providers: &[String], now: Moment) {
        let Some(identity) = self.by_id.get_mut(id) else {
            return;
        };
        let (gone, kept) = std::mem::take(&mut identity.logins)
            .into_iter()
            .partition::<Vec<_>, _>(|login| providers.contains(&login.provider));
        identity.logins = kept;
        identity.modified_at = now;
        self.forget(id, &gone);
    }
}

/// The same resolution, with one more identity that disappears in it.
fn absorbing(resolution: Resolution, guest: &str) -> Resolution {
    match resolution {
        Resolution::Known {
            id,
            link,
            mut absorb,
        } => {
            absorb.push(guest.to_owned());
            Resolution::Known { id, link, absorb }
        }
        create @ Resolution::Create { .. } => create,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(provider: &str, subject: &str) -> LinkedLogin {
        LinkedLogin {
            provider: provider.into(),
            subject: subject.into(),
        }
    }

    fn known() -> Identities {
        let mut identities = Identities::default();
        identities.create("guest".into(), Vec::new(), Moment::EPOCH);
        identities.create("anna".into(), vec![login("facebook", "1")], Moment::EPOCH);
        identities.create("ben".into(), vec![login("google", "2")], Moment::EPOCH);
        identities
    }

    fn into(id: &str, link: &[LinkedLogin], absorb: &[&str]) -> Resolution {
        let absorb = absorb.iter().map(|id| (*id).to_owned()).collect();
        Resolution::Known {
            id: id.into(),
            link: link.to_vec(),
            absorb,
        }
    }

    #[test]
    fn the_same_login_is_the_same_identity_and_a_new_one_is_not() {
        let known = known();
        assert_eq!(
            known.resolve(&[login("facebook", "1")]),
            Ok(into("anna", &[], &[]))
        );
        let stranger = vec![login("facebook", "9")];
        assert_eq!(
            known.resolve(&stranger),
            Ok(Resolution::Create {
                logins: stranger.clone()
            })
        );
    }

    #[test]
    fn a_second_login_is_linked_to_the_identity_of_the_first() {
        let both = [login("facebook", "1"), login("amazon", "7")];
        assert_eq!(known().resolve(&both), Ok(into("anna", &both[1..], &[])));
    }

    #[test]
    fn logins_of_two_identities_make_them_one() {
        let mut known = known();
        let both = [login("facebook", "1"), login("google", "2")];
        let resolution = known.resolve(&both).unwrap();
        assert_eq!(resolution, into("anna", &both[1..], &["ben"]));
        known.apply(resolution, None, Moment::EPOCH);
        assert_eq!(known.get("ben").unwrap().state, IdentityState::Disabled);
        assert_eq!(
            known.resolve(&[login("google", "2")]),
            Ok(into("anna", &[], &[]))
        );
    }

    #[test]
    fn an_identity_has_one_login_of_each_provider() {
        let two = [login("facebook", "1"), login("facebook", "3")];
        assert_eq!(
            known().resolve(&two),
            Err(Unresolved::SecondLoginOfProvider)
        );
        let strangers = [login("facebook", "8"), login("facebook", "9")];
        assert_eq!(
            known().resolve(&strangers),
            Err(Unresolved::SecondLoginOfProvider)
        );
    }

    #[test]
    fn a_guest_keeps_its_id_when_the_login_is_new_and_gives_it_up_when_it_is_not() {
        let mut known = known();
        let guest = known.get("guest").unwrap().clone();
        let new = [login("facebook", "9")];
        assert_eq!(
            known.resolve_for(&guest, &new),
            Ok(into("guest", &new, &[]))
        );
        let merged = known
            .resolve_for(&guest, &[login("facebook", "1")])
            .unwrap();
        assert_eq!(merged, into("anna", &[], &["guest"]));
        known.apply(merged, None, Moment::EPOCH);
        assert_eq!(known.get("guest").unwrap().state, IdentityState::Disabled);
        assert_eq!(known.enabled(), 2);
    }

    #[test]
    fn somebody_elses_login_does_not_open_an_identity() {
        let known = known();
        let anna = known.get("anna").unwrap();
        let refused = known.resolve_for(anna, &[login("google", "2")]);
        assert_eq!(refused, Err(Unresolved::DoesNotMatch));
        assert_eq!(known.resolve_for(anna, &[]), Err(Unresolved::DoesNotMatch));
    }

    #[test]
    fn an_identity_may_have_several_logins_of_its_own_backend() {
        let mut known = known();
        known.set_developer(Some("login.photos".into()));
        let two = [login("login.photos", "a"), login("login.photos", "b")];
        let resolution = known.resolve(&two).unwrap();
        known.apply(resolution, Some("dora".into()), Moment::EPOCH);
        let (dora, anna) = (known.get("dora").unwrap(), known.get("anna").unwrap());
        let merged = known.resolve_merge(dora, anna).unwrap();
        assert_eq!(merged, into("dora", &[login("facebook", "1")], &["anna"]));
        let taken = known.resolve_link(dora, &[login("google", "2")]);
        assert_eq!(taken, Err(Unresolved::DoesNotMatch));
    }

    #[test]
    fn an_identity_without_its_last_login_stays_closed() {
        let mut known = known();
        known.unlink("anna", &["facebook".to_owned()], Moment::EPOCH);
        let anna = known.get("anna").unwrap();
        assert_eq!(anna.state, IdentityState::Authenticated);
        let stranger = known.resolve(&[login("facebook", "1")]);
        assert!(matches!(stranger, Ok(Resolution::Create { .. })));
        let refused = known.resolve_for(anna, &[login("facebook", "1")]);
        assert_eq!(refused, Err(Unresolved::DoesNotMatch));
    }
}
