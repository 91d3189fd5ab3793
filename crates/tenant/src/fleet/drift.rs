//! What happens to a fleet while somebody reads it: a device vanishes, another enrols. Apart from ageing, because no night does this
//! and no seed decides it; whoever serves the fleet asks for it.

use super::{Fleet, count_apps};
use crate::ageing::{Happening, HappeningKind};
use crate::device::Device;
use crate::enrolment::newcomer;
use crate::moment::MINUTE;
use crate::seed::Topic;

/// Machines that come while the fleet is read are numbered from here.
const FIRST_LATE_MACHINE: u32 = 1 << 28;

impl Fleet {
    /// The fleet without the first device of its list, which is gone from every endpoint; none if there is no device.
    pub(crate) fn without_first(&self) -> Option<Self> {
        let position = self.devices.iter().position(|device| device.presence.listed)?;
        let mut fleet = self.clone();
        let device = &mut fleet.devices[position];
        device.presence.listed = false;
        device.presence.detailed = false;
        device.presence.in_prism = false;
        fleet.note(position, HappeningKind::Deleted);
        fleet.index();
        Some(fleet)
    }

    /// The fleet with one more device at the head of its list: the `number`th that comes this way, told by every endpoint.
    pub(crate) fn with_newcomer(&self, number: u32) -> Self {
        let mut fleet = self.clone();
        let machine = FIRST_LATE_MACHINE + number;
        let mut rng = fleet.seed.stream_of_night(Topic::Ageing, machine, fleet.night());
        let mut late = newcomer(machine, fleet.night(), &fleet.config, &fleet.seed, &fleet.users, &mut rng);
        late.presence.detailed = true;
        late.presence.in_prism = true;
        count_apps(std::slice::from_mut(&mut late), &fleet.catalogue, &fleet.seed);
        fleet.devices.insert(0, late);
        fleet.note(0, HappeningKind::Enrolled);
        fleet.index();
        fleet
    }

    /// Tells the audit log of something that happened just now.
    fn note(&mut self, position: usize, kind: HappeningKind) {
        let Device { id, name, serial_number, .. } = self.devices[position].clone();
        let at = self.moment_of(self.night()).before(MINUTE);
        self.happenings.push(Happening { at, kind, device_id: id, device_name: name, serial_number });
    }
}
