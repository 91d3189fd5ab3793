//! `GET /settings/licensing`: how many devices of each platform there are, and how many may be. Who reads the list compares its
//! count with this.

use crate::device::Platform;
use crate::fleet::Fleet;
use serde::Serialize;

/// Licences are bought in steps of so many.
const LICENCE_STEP: u32 = 250;

/// The answer.
#[derive(Serialize)]
pub(crate) struct Licensing {
    counts: Counts,
    limits: Limits,
    #[serde(rename = "tenantOverLicenseLimit")]
    tenant_over_license_limit: bool,
}

#[derive(Serialize)]
struct Counts {
    computers_count: u32,
    ios_count: u32,
    ipados_count: u32,
    macos_count: u32,
    tvos_count: u32,
}

#[derive(Serialize)]
struct Limits {
    plan_type: &'static str,
    max_devices: u32,
    max_devices_per_platform: PlatformLimits,
}

#[derive(Serialize)]
struct PlatformLimits {
    macos: u32,
    ios_ipados: u32,
}

impl Licensing {
    /// Counts every listed device of Apple's platforms. Where Android and Windows are counted is not known, so they are not.
    pub(crate) fn of(fleet: &Fleet) -> Self {
        let on = |platform: Platform| fleet.listed().filter(|device| device.platform() == platform).count() as u32;
        let (macs, iphones) = (on(Platform::Mac), on(Platform::IPhone));
        let (ipads, apple_tvs) = (on(Platform::IPad), on(Platform::AppleTv));
        let all = macs + iphones + ipads + apple_tvs;
        Self {
            counts: Counts {
                computers_count: all,
                ios_count: iphones,
                ipados_count: ipads,
                macos_count: macs,
                tvos_count: apple_tvs,
            },
            limits: Limits {
                plan_type: "single_limit",
                max_devices: (all / LICENCE_STEP + 1) * LICENCE_STEP,
                max_devices_per_platform: PlatformLimits { macos: 0, ios_ipados: 0 },
            },
            tenant_over_license_limit: false,
        }
    }
}
