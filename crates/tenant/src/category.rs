//! The sixteen categories of Prism, and what is known of each as a whole.

/// A category of Prism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// Whether a device is locked to an account; no Apple TVs.
    ActivationLock,
    /// Applications of Macs, iPhones and iPads.
    Apps,
    /// The firewall of Macs.
    ApplicationFirewall,
    /// Modems of iPhones, and of the iPads that have one.
    Cellular,
    /// Certificates of Macs.
    Certificates,
    /// Desktop and screen saver of Macs. The published sample shows another category's fields, so only what every row has is told.
    DesktopAndScreensaver,
    /// One row a device.
    DeviceInformation,
    /// Encryption of Macs.
    Filevault,
    /// What Macs let run.
    GatekeeperAndXprotect,
    /// Configuration profiles of Macs.
    InstalledProfiles,
    /// Kernel extensions. Its fields are in no public document, so no Mac has any.
    KernelExtensions,
    /// What Macs start by themselves.
    LaunchAgentsAndDaemons,
    /// Accounts of Macs.
    LocalUsers,
    /// How Macs start.
    StartupSettings,
    /// System extensions of Macs.
    SystemExtensions,
    /// Which application of a Mac may see what.
    TransparencyDatabase,
}

impl Category {
    /// All of them, by name.
    pub const ALL: [Self; 16] = [
        Self::ActivationLock,
        Self::Apps,
        Self::ApplicationFirewall,
        Self::Cellular,
        Self::Certificates,
        Self::DesktopAndScreensaver,
        Self::DeviceInformation,
        Self::Filevault,
        Self::GatekeeperAndXprotect,
        Self::InstalledProfiles,
        Self::KernelExtensions,
        Self::LaunchAgentsAndDaemons,
        Self::LocalUsers,
        Self::StartupSettings,
        Self::SystemExtensions,
        Self::TransparencyDatabase,
    ];

    /// The name in addresses, `launch_agents_and_daemons`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ActivationLock => "activation_lock",
            Self::Apps => "apps",
            Self::ApplicationFirewall => "application_firewall",
            Self::Cellular => "cellular",
            Self::Certificates => "certificates",
            Self::DesktopAndScreensaver => "desktop_and_screensaver",
            Self::DeviceInformation => "device_information",
            Self::Filevault => "filevault",
            Self::GatekeeperAndXprotect => "gatekeeper_and_xprotect",
            Self::InstalledProfiles => "installed_profiles",
            Self::KernelExtensions => "kernel_extensions",
            Self::LaunchAgentsAndDaemons => "launch_agents_and_daemons",
            Self::LocalUsers => "local_users",
            Self::StartupSettings => "startup_settings",
            Self::SystemExtensions => "system_extensions",
            Self::TransparencyDatabase => "transparency_database",
        }
    }

    /// The category of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }

    /// Whether it is among the twelve that can be exported.
    pub fn is_exportable(self) -> bool {
        !matches!(self, Self::ApplicationFirewall | Self::Cellular | Self::Certificates | Self::Filevault)
    }

    /// Whether its pages tell how many rows there are: null in five of the published samples.
    pub fn tells_total(self) -> bool {
        self.is_exportable() && self != Self::GatekeeperAndXprotect
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_and_twelve_are_exported() {
        assert!(Category::ALL.iter().all(|category| Category::of_name(category.name()) == Some(*category)));
        assert_eq!(Category::of_name("application_firewal"), None);
        assert_eq!(Category::ALL.iter().filter(|category| category.is_exportable()).count(), 12);
        assert_eq!(Category::ALL.iter().filter(|category| !category.tells_total()).count(), 5);
    }
}
