// How many files and sockets this process may have open.
#pragma once

namespace prelabel {

// Raises the limit as far as it goes without privileges (RLIMIT_NOFILE, the soft limit up to the
// hard one). Each connection is a descriptor, and systems start with 1,024. Keeps what there is
// where that is refused.
void RaiseFileLimit();

}  // namespace prelabel
