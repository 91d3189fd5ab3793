//! What Prism tells of a device in the fourteen categories beside `apps` and `device_information`: how many rows, and the fields of
//! each. Rows are made one by one when they are asked for, from the machine's own numbers, so that any row of any page can be made
//! without those before it.
//!
//! The fields are those of the published samples. Two samples show the wrong fields and one none at all: `activation_lock` has the
//! fields that a production client reads, `desktop_and_screensaver` only those that every row has, `kernel_extensions` no rows.

mod accounts;
mod protection;
mod radio;
mod software;

use crate::category::Category;
use crate::device::{Device, Platform};
use crate::fleet::Fleet;
use crate::moment::HOUR;
use crate::wire::{CategoryRow, Fields, Owner, RowDates};

/// How many rows a device has in a category. What is counted is what [`row`] can make.
pub(crate) fn count(fleet: &Fleet, category: Category, device: &Device) -> u32 {
    let is_mac = device.platform().is_mac();
    let on_macs = |rows: u32| if is_mac { rows } else { 0 };
    let some = |least: u32, most: u32| least + (mixed(fleet, category, device, 0) % u64::from(most - least + 1)) as u32;
    match category {
        Category::Apps => device.apps.rows,
        Category::DeviceInformation => 1,
        Category::ActivationLock => u32::from(device.platform() != Platform::AppleTv),
        Category::Cellular => u32::from(radio::has_modem(device)),
        Category::ApplicationFirewall
        | Category::DesktopAndScreensaver
        | Category::Filevault
        | Category::GatekeeperAndXprotect
        | Category::StartupSettings => on_macs(1),
        Category::Certificates => on_macs(accounts::CERTIFICATES.len() as u32),
        Category::InstalledProfiles => on_macs(some(2, accounts::PROFILES.len() as u32)),
        Category::KernelExtensions => 0,
        Category::LaunchAgentsAndDaemons => on_macs(some(4, software::LAUNCHED.len() as u32)),
        Category::LocalUsers => on_macs(1 + accounts::SYSTEM_USERS.len() as u32),
        Category::SystemExtensions => on_macs(some(0, software::EXTENSIONS.len() as u32)),
        Category::TransparencyDatabase => on_macs(some(2, software::GRANTS_MAX)),
    }
}

/// A row of a device by number, in any category but the two that have rows of their own kind.
pub(crate) fn row<'a>(
    fleet: &'a Fleet,
    category: Category,
    device: &'a Device,
    owner: Owner<'a>,
    number: u32,
) -> CategoryRow<'a> {
    let fields = fields(fleet, category, device, &owner, number);
    CategoryRow { owner, dates: dates(category, device, number), fields }
}

fn fields<'a>(fleet: &'a Fleet, category: Category, device: &'a Device, owner: &Owner<'a>, number: u32) -> Fields<'a> {
    let mixed = mixed(fleet, category, device, number + 1);
    match category {
        Category::ActivationLock => protection::activation_lock(fleet, device),
        Category::ApplicationFirewall => protection::firewall(mixed),
        Category::Filevault => protection::filevault(fleet, device),
        Category::GatekeeperAndXprotect => protection::gatekeeper(mixed),
        Category::StartupSettings => protection::startup(device, mixed),
        Category::Cellular => radio::cellular(device, mixed),
        Category::Certificates => accounts::certificate(number),
        Category::InstalledProfiles => accounts::profile(fleet, device, number),
        Category::LocalUsers => accounts::local_user(fleet, device, owner.account(), number),
        Category::LaunchAgentsAndDaemons => software::launched(owner.account(), number),
        Category::SystemExtensions => software::extension(number, mixed),
        Category::TransparencyDatabase => software::grant(fleet, device, owner.account(), mixed),
        Category::Apps | Category::DeviceInformation | Category::DesktopAndScreensaver | Category::KernelExtensions => {
            Vec::new()
        }
    }
}

/// Seen first an hour after the enrolment and collected with everything else.
fn dates(category: Category, device: &Device, number: u32) -> RowDates {
    let place = i64::from(number) * 7 + category as i64;
    let collected = device.last_collected.after_microseconds(place * 9);
    RowDates {
        created: device.last_enrollment.after(HOUR + place).after_microseconds(place * 521).offset(),
        updated: collected.offset(),
        collected: collected.after_microseconds(1).offset(),
    }
}

/// The number that decides about one row of a device; 0 decides about the device's rows as a whole.
fn mixed(fleet: &Fleet, category: Category, device: &Device, number: u32) -> u64 {
    // Far above the positions of applications, which are mixed for the same machine.
    fleet.mix(device.machine, ((category as u32 + 1) << 20) | number)
}
