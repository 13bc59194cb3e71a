use super::{Endpoint, act, look};
use crate::audit::AuditAction::*;
use crate::domain::Rights::{Admin, Viewer};
use crate::http::api::{apps, platform};

#[rustfmt::skip]
pub(super) fn apps() -> Vec<Endpoint> {
    vec![
        look("GET /apps", "listApps", Viewer, run!(apps::list)).lists::<apps::AppObject>()
            .says("应用列表", "Apps by name"),
        act("POST /apps", "addApp", AppAdd, run!(apps::add))
            .reads::<apps::AppToAdd>().makes::<apps::AppObject>()
            .says("新建应用；应答中给出回调地址", "Adds an app; the answer tells its address"),
        look("GET /apps/{app}", "getApp", Viewer, run!(apps::one, app)).answers::<apps::AppObject>()
            .says("一个应用", "One app"),
        act("PATCH /apps/{app}", "changeApp", AppChange, run!(apps::change, app))
            .reads::<apps::AppToChange>().answers::<apps::AppObject>()
            .says("修改应用；未写的字段不变", "Changes an app; what is not there stays"),
        act("DELETE /apps/{app}", "removeApp", AppRemove, run!(apps::remove, app)).answers::<apps::AppObject>()
            .says("移除应用；通话保留", "Removes an app; its calls stay"),
        act("POST /apps/{app}/rotate", "rotateApp", AppRotate, run!(apps::rotate, app))
            .may_read::<apps::AppToRotate>().answers::<apps::AppObject>()
            .says("更换地址；旧地址立即失效", "A new address; the old one stops at once"),
        look("GET /apps/{app}/platform", "getPlatformSettings", Admin, run!(platform::settings, app))
            .answers::<platform::PlatformSettings>()
            .says("应用的平台接口设置；密钥只进不出", "What asking an app's platform takes"),
        act("PATCH /apps/{app}/platform", "changePlatformSettings", PlatformSettings, run!(platform::change, app))
            .reads::<platform::PlatformSettingsChange>().answers::<platform::PlatformSettings>()
            .says("修改平台接口设置；未写的字段不变", "Changes it; what is absent stays"),
        look("GET /platform/operations", "listPlatformOperations", Viewer, run!(platform::operations))
            .lists::<platform::OperationObject>()
            .says("可以向平台发起的操作及其字段", "What platforms can be asked, with every field"),
        act("POST /platform/{app}/{operation}", "callPlatform", PlatformCall, run!(platform::call, app, operation))
            .may_read::<platform::PlatformFields>().answers::<platform::PlatformAnswer>()
            .says("向应用的平台发起一个操作：绑定、修改、解绑、查询、终止呼叫",
                  "Asks an app's platform: bind, change, unbind, query, stop a call"),
        act("POST /platform/{app}/compare", "comparePlatform", PlatformCompare, run!(platform::compare, app))
            .reads::<platform::CompareFrom>().answers::<platform::Comparison>()
            .says("把本机的绑定与平台逐一核对，一页一页进行", "Compares our bindings with the platform's, a page at a time"),
    ]
}
