//! How a page looks: on screens and on paper, and to those who do not see well.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Browser;
use crate::tool;

/// WCAG 2.2 AA, and what is known to be good besides.
const TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

impl Browser {
    /// Looks at the page as it is now, in light and dark, wide and on a phone: nobody is shut out by how it is made.
    pub fn looks_right(&mut self, name: &str) {
        // Colours and sizes are what differs; the rest is the same page.
        for (form, width, scheme, rules) in [
            ("wide", 1280, "light", json!({ "type": "tag", "values": TAGS })),
            ("phone", 390, "dark", json!({ "type": "rule", "values": ["color-contrast", "target-size"] })),
        ] {
            self.size(width, 860);
            let scheme = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
            self.call("Emulation.setEmulatedMedia", scheme);
            self.picture(&format!("{name}-{form}"));
            let found = self.violations(&rules);
            assert!(found.is_empty(), "{name}, {form}: {found:#?}");
        }
        self.size(320, 640);
        let over = self.eval("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert_eq!(over, 0, "{name} is wider than a small phone");
        self.size(1280, 860);
        self.call("Emulation.setEmulatedMedia", json!({ "features": [] }));
    }

    /// The ids of those that are printed, of some parts of the page.
    pub fn on_paper(&mut self, parts: &str) -> Value {
        self.call("Emulation.setEmulatedMedia", json!({ "media": "print" }));
        let printed = self.eval(&format!(
            "[...document.querySelectorAll({})].filter(one => one.checkVisibility()).map(one => one.id)",
            json!(parts)
        ));
        self.call("Emulation.setEmulatedMedia", json!({ "media": "" }));
        printed
    }

    /// From now on pages are seen on a phone.
    pub fn phone(&mut self) {
        self.size(390, 844);
    }

    pub(super) fn size(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    fn violations(&mut self, rules: &Value) -> Vec<String> {
        if self.eval("typeof axe") == "undefined" {
            let axe = tool("entry", "axe-core/node_modules/axe-core/axe.min.js");
            let axe = std::fs::read_to_string(axe).unwrap();
            self.eval(&format!("{axe}; 0"));
        }
        let found = self.eval(&format!(
            "axe.run(document, {{ runOnly: {rules}, resultTypes: ['violations'] }}).then(({{ violations, passes }}) => ({{
                passed: passes.length,
                found: violations.map(one => one.id + ': ' + one.help + ' ' + one.nodes.map(node => node.html).join(' | ')),
            }}))"
        ));
        assert!(found["passed"].as_u64().unwrap() > 0, "axe looked at nothing: {found}");
        serde_json::from_value(found["found"].clone()).unwrap()
    }

    /// Keeps a picture for somebody to look at, when a folder for such is named.
    fn picture(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("PICTURES_OF_PAGES").map(PathBuf::from) else { return };
        let shot =
            self.call("Page.captureScreenshot", json!({ "format": "png", "captureBeyondViewport": true }));
        let bytes = STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }
}
