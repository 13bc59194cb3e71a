//! Every method of every address, a row each.

use super::operation::Operation;
use crate::http::api::apps::{AppObject, AppToAdd, AppToChange, AppToRotate};

/// Every operation, in the order in which they are shown.
pub(super) fn all() -> Vec<Operation> {
    vec![
        Operation::get("/apps", "listApps", "Apps by name").lists::<AppObject>().of("apps"),
        Operation::change("POST", "/apps", "addApp", "Adds an app; the answer tells its address")
            .reads::<AppToAdd>()
            .makes::<AppObject>()
            .of("apps"),
        Operation::get("/apps/{app}", "getApp", "One app").answers::<AppObject>().of("apps"),
        Operation::change("PATCH", "/apps/{app}", "changeApp", "Changes an app")
            .reads::<AppToChange>()
            .answers::<AppObject>()
            .of("apps"),
        Operation::change("DELETE", "/apps/{app}", "removeApp", "Removes an app; its calls stay")
            .answers::<AppObject>()
            .of("apps"),
        Operation::change(
            "POST",
            "/apps/{app}/rotate",
            "rotateApp",
            "Gives an app a new address; the old one stops at once",
        )
        .may_read::<AppToRotate>()
        .answers::<AppObject>()
        .of("apps"),
    ]
}
