//! The pages a citizen meets in a browser.
