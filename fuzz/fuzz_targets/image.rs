//! An image reference is refused, or means what it says.

#![no_main]

use libfuzzer_sys::fuzz_target;
use towpath_guest::image::{
    Digest, ImageName, ImageUpdate, Tag, Written, docker_hub_name, is_moving_revision, nearest,
};

fuzz_target!(|input: &str| {
    let (text, names) = input.split_once('\n').unwrap_or((input, ""));
    if let Ok(name) = ImageName::parse(text) {
        assert_eq!(name.as_str(), text);
        let full = docker_hub_name(text);
        assert_eq!(docker_hub_name(&full), full, "{text}");
    }
    if let Ok(tag) = Tag::parse(text) {
        let with_name = format!("r.example:5000/app:{text}");
        let update = ImageUpdate::parse(&with_name, None, None).expect("a tag follows a name");
        assert_eq!(update.new_tag(), Some(&tag));
    }
    if let Ok(digest) = Digest::parse(text) {
        let with_name = format!("app@{text}");
        let update = ImageUpdate::parse(&with_name, None, None).expect("a digest follows a name");
        assert_eq!(update.digest, Some(digest));
    }
    if let Some(written) = Written::split(text) {
        let tag = written.tag.map(|tag| format!(":{tag}")).unwrap_or_default();
        let digest = written.digest.map(|digest| format!("@{digest}"));
        let whole = format!("{}{tag}{}", written.name, digest.unwrap_or_default());
        assert_eq!(whole, text);
    }
    if let Ok(update) = ImageUpdate::parse(text, None, None) {
        assert!(text.starts_with(update.name.as_str()), "{text}");
        assert!(update.new_tag().is_some() || update.digest.is_some() || update.new_name.is_some());
    }
    let _ = is_moving_revision(text);
    // The distance of names takes time by their lengths.
    if input.len() < 400 {
        let offered = nearest(text, names.split(' '));
        assert!(offered.len() <= 3);
    }
});
