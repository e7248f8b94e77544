//! The entries as JavaScript calls them: see `web/border/`.

use crate::entries;

gradus_border::entries! {
    entries:
    offers
    features
    open
    train
    frame
    surfaces
    walk
    check
    program
    open_reader
    read
}
