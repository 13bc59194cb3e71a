//! Rights are held where the change is made, whichever way it came.

use super::testing::Installation;
use super::*;
use crate::domain::{ActorKind, AllowFrom, ProviderId, Role, Scope, Secret};
use crate::retention::Policy;
use crate::state::{AppChange, Demand, NewApp, NewToken, NewUser, Principal, UserChange};

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_refused_to_whoever_lacks_the_rights_and_leaves_no_entry() {
    let house = Installation::open();
    let context = &*house.context;
    let app = house.app("desk", "jiuyun").await;
    let before = (house.set_by_people(), *context.journal.durable().borrow());
    let (name, password) = (|| "wang".to_owned(), || Secret::new("correct horse battery"));
    let some = || Scope::Apps([app.id].into());
    // A viewer of all, and an administrator of one app: what concerns the installation is refused to both.
    for (role, scope) in [(Role::Viewer, Scope::All), (Role::Admin, some())] {
        let by = Principal { kind: ActorKind::Token, name: "crm".to_owned(), role, scope };
        let actor = Actor { by: &by, peer: None, fields: &[] };
        let user = NewUser { name: name(), role, scope: Scope::All, password: password() };
        let token = NewToken { name: name(), role, scope: Scope::All, expires_at: None };
        let new = NewApp {
            name: name(),
            provider: ProviderId("jiuyun"),
            token: None,
            app_key: None,
            app_secret: None,
            verify: None,
            allow_from: AllowFrom::default(),
        };
        let dest = context.server.data.with_extension("copy");
        let refused: [(&str, Result<(), ServiceError>); 13] = [
            ("add an app", apps::add(context, actor, new).await.map(drop)),
            ("add a user", people::add_user(context, actor, user).await.map(drop)),
            ("change a user", people::change_user(context, actor, "li", UserChange::default()).await.map(drop)),
            ("remove a user", people::remove_user(context, actor, "li").await),
            ("reset a second factor", people::reset_second_factor(context, actor, "li").await),
            ("require second factors", people::require_second_factor(context, actor, Demand::All).await),
            ("end the logins of another", people::end_logins(context, actor, "li", None).await),
            ("add a token", people::add_token(context, actor, token).await.map(drop)),
            ("revoke a token", people::revoke_token(context, actor, "crm").await),
            ("copy the data", system::copy(context, actor, dest).await.map(drop)),
            ("rebuild", system::rebuild(context, actor).await),
            ("change retention", keeping::set_policy(context, actor, &Policy::default()).await),
            ("end a hold", keeping::end_hold(context, actor, "abcdefgh").await.map(drop)),
        ];
        for (what, refused) in refused {
            assert!(matches!(refused, Err(ServiceError::Forbidden(_))), "{what}: {role:?} {refused:?}");
        }
    }
    // A viewer may not change what is an app's either.
    let by = Principal { kind: ActorKind::User, name: name(), role: Role::Viewer, scope: Scope::All };
    let actor = Actor { by: &by, peer: None, fields: &[] };
    let change = AppChange { name: Some(name()), ..AppChange::default() };
    let refused: [(&str, Result<(), ServiceError>); 4] = [
        ("change an app", apps::change(context, actor, &app, change).await.map(drop)),
        ("rotate", apps::rotate(context, actor, &app, None).await.map(drop)),
        ("remove an app", apps::remove(context, actor, &app).await),
        ("settings of a platform", platform::set(context, actor, &app, platform::Change::default()).await.map(drop)),
    ];
    for (what, refused) in refused {
        assert!(matches!(refused, Err(ServiceError::Forbidden(_))), "{what}: {refused:?}");
    }
    assert!(
        (house.set_by_people(), *context.journal.durable().borrow()) == before,
        "something was changed or recorded"
    );
}
