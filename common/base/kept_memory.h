// What becomes of large blocks of memory that were freed.
#pragma once

namespace prelabel {

// Keeps them for the next ones of their size, up to 64 MiB at the end of each heap: glibc otherwise
// gives a block of over 128 KiB back at once, and the kernel clears every page of the next one. It
// comes to the same limits by itself once a block of 32 MiB was freed (mallopt(3)). For the whole
// process, and for good; does nothing with another allocator.
void KeepFreedMemory();

}  // namespace prelabel
