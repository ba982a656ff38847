//! What an identity card proves: files signed by the National Register, certificates under pinned roots, possession.
