//! Apps: one connection to one platform each, with its address and its secrets.
//!
//! An id is never given out twice, so that calls of a removed app cannot become another's. Changes
//! take effect with the next request; what was answered before stays answered.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use super::book::Book;
use super::fact::Fact;
use super::{AppChange, Author, NewApp, State, StateError, note_app_given, rules};
use crate::domain::{App, AppId, Secret, Text, VerifyMode, Wording};
use crate::limits::SET_MAX;

const APP: Text = Text::new("应用", "an app");
const APP_KEY: Text = Text::new("App Key", "app key");

impl State {
    /// Sorted by name.
    #[must_use]
    pub fn apps(&self) -> Vec<Arc<App>> {
        let mut apps: Vec<_> = self.book().apps.values().cloned().collect();
        apps.sort_by(|a, b| a.name.cmp(&b.name));
        apps
    }

    #[must_use]
    pub fn app(&self, id: AppId) -> Option<Arc<App>> {
        self.book().apps.get(&id).cloned()
    }

    #[must_use]
    pub fn app_named(&self, name: &str) -> Option<Arc<App>> {
        self.book().app_named(name).cloned()
    }

    /// The time of the look-up does not depend on how much of the token is right.
    #[must_use]
    pub fn app_by_token(&self, token: &str) -> Option<Arc<App>> {
        self.book().app_by_token(token).cloned()
    }

    /// Adds an app.
    ///
    /// # Errors
    /// A name or token in use, or a value that breaks a rule.
    pub async fn add_app(&self, by: &Author, new: NewApp) -> Result<Arc<App>, StateError> {
        let name = rules::name(APP, &new.name)?;
        let token = rules::app_token(new.token)?;
        let app_key = optional_line(APP_KEY, new.app_key)?;
        let app_secret = optional_secret(new.app_secret)?;
        let default = if app_secret.is_some() { VerifyMode::Log } else { VerifyMode::Off };
        let (created_at, author) = (self.shared.clock.now(), by.clone());
        let elsewhere = self.shared.apps_elsewhere.load(Ordering::Relaxed);
        let marks = self.shared.marks.clone();
        let foretold = Arc::new(OnceLock::new());
        let told = foretold.clone();
        let added = self.change(by, move |book| {
            if book.apps.len() >= SET_MAX {
                return Err(StateError::Invalid(Wording::new(
                    format!("已有 {SET_MAX} 个应用，不能再多"),
                    format!("there are {SET_MAX} apps already, which is the most"),
                )));
            }
            let id = AppId(book.next_app_id().0.max(elsewhere.saturating_add(1)));
            told.get_or_init(|| {
                author.about(format!("app {}", id.0), Some(id));
                id
            });
            let app = App {
                id,
                name: name.clone(),
                provider: new.provider,
                token: token.clone(),
                app_key: app_key.clone(),
                app_secret: app_secret.clone(),
                verify: new.verify.unwrap_or(default),
                allow_from: new.allow_from.clone(),
                answer_form: Default::default(),
                close_tone: None,
                created_at,
            };
            let settled = settle(book, app)?;
            note_app_given(&marks, id);
            Ok(settled)
        });
        let app = added.await?;
        // Another writer's app came first and has the id that the entry names.
        if foretold.get() != Some(&app.id) {
            by.made(format!("app {}", app.id.0)).await;
        }
        Ok(app)
    }

    pub async fn change_app(&self, by: &Author, id: AppId, change: AppChange) -> Result<Arc<App>, StateError> {
        let name = change.name.map(|name| rules::name(APP, &name)).transpose()?;
        let app_key = change.app_key.map(|key| optional_line(APP_KEY, key)).transpose()?;
        let app_secret = change.app_secret.map(optional_secret).transpose()?;
        let close_tone =
            change.close_tone.map(|tone| optional_line(Text::new("放音文件名", "announcement"), tone)).transpose()?;
        self.change(by, move |book| {
            let mut app = find(book, id)?;
            let had_secret = app.app_secret.is_some();
            set(&mut app.name, &name);
            set(&mut app.app_key, &app_key);
            set(&mut app.app_secret, &app_secret);
            set(&mut app.allow_from, &change.allow_from);
            set(&mut app.answer_form, &change.answer_form);
            set(&mut app.close_tone, &close_tone);
            // A first secret is there to be used: its result is shown, and refuses nobody yet.
            if !had_secret && app.app_secret.is_some() && app.verify == VerifyMode::Off {
                app.verify = VerifyMode::Log;
            }
            set(&mut app.verify, &change.verify);
            settle(book, app)
        })
        .await
    }

    /// The old address stops working at once.
    pub async fn rotate_app(&self, by: &Author, id: AppId, token: Option<Secret>) -> Result<Arc<App>, StateError> {
        let token = rules::app_token(token)?;
        self.change(by, move |book| {
            let mut app = find(book, id)?;
            app.token = token.clone();
            settle(book, app)
        })
        .await
    }

    /// Its calls stay.
    pub async fn remove_app(&self, by: &Author, id: AppId) -> Result<(), StateError> {
        let removed = self.change(by, move |book| find(book, id).map(|_| (Fact::AppRemoved(id), ()))).await;
        if let Err(StateError::NotFound(_)) = removed {
            // What belongs to it may have been forgotten before, and be on record as its removal.
            by.failed("not_found").await;
        }
        removed
    }
}

/// Checks that name and token are unique.
fn settle(book: &Book, app: App) -> Result<(Fact, Arc<App>), StateError> {
    if book.app_named(&app.name).is_some_and(|other| other.id != app.id) {
        return Err(StateError::Exists(Wording::new(
            format!("名为 {} 的应用", app.name),
            format!("an app named {}", app.name),
        )));
    }
    if book.app_by_token(app.token.reveal()).is_some_and(|other| other.id != app.id) {
        return Err(StateError::Exists(Wording::new("用这个密钥的应用", "an app with that token")));
    }
    Ok((Fact::App(app.clone()), Arc::new(app)))
}

fn find(book: &Book, id: AppId) -> Result<App, StateError> {
    let app = book.apps.get(&id).ok_or_else(|| StateError::NotFound(format!("app {}", id.0)))?;
    Ok(App::clone(app))
}

fn set<T: Clone>(field: &mut T, value: &Option<T>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}

fn optional_line(what: Text, text: Option<String>) -> Result<Option<String>, StateError> {
    text.map_or(Ok(None), |text| rules::line(what, &text))
}

fn optional_secret(secret: Option<Secret>) -> Result<Option<Secret>, StateError> {
    secret.map_or(Ok(None), |secret| rules::secret_line(Text::new("App Secret", "app secret"), &secret))
}
