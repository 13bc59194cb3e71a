//! The codes of 隐私保护通话.
//!
//! `stateCode` of a hang-up and `ulFailReason` of a record use one numbering (the 7xxx and 8xxx
//! of [`call`]); records carry the platform's release points and raw SIP codes besides.
//! `status` and `cause` belong to the state of a privacy number.

mod call;
mod number;

use crate::domain::Text;
use crate::platforms::huawei::codes::{q850, release_points, sip};
use crate::platforms::huawei::table::{code, join};
use crate::platforms::{CodeDoc, CodeTable};

pub(super) static TABLES: [CodeTable; 6] = [
    CodeTable {
        name: "stateCode",
        title: Text::new("通话挂机原因值（stateCode）", "Hang-up reasons (stateCode)"),
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0017.html",
        codes: &STATE,
    },
    CodeTable {
        name: "ulFailReason",
        title: Text::new("呼叫拆线点（ulFailReason）", "Release points (ulFailReason)"),
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0017.html",
        codes: &REASON,
    },
    q850::TABLE,
    sip::TABLE,
    number::STATUS,
    number::CAUSE,
];

static STATE: [CodeDoc; 2 + call::TENANT.len() + call::PARTIES.len() + call::SERVICE.len()] = join(&[
    &[code("0", "接通后正常挂机", "Hung up after a connected call"), release_points::NO_PORTS],
    call::TENANT,
    call::PARTIES,
    call::SERVICE,
]);

static REASON: [CodeDoc;
    1 + release_points::POINTS.len()
        + sip::REQUEST.len()
        + sip::GLOBAL.len()
        + release_points::MENUS.len()
        + call::TENANT.len()
        + call::PARTIES.len()
        + call::SERVICE.len()] = join(&[
    &[release_points::NORMAL],
    release_points::POINTS,
    sip::REQUEST,
    sip::GLOBAL,
    release_points::MENUS,
    call::TENANT,
    call::PARTIES,
    call::SERVICE,
]);
