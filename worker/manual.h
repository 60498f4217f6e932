// What the man page of prelabel-worker says beside the declaration of its command line.
#pragma once

#include "common/command_line/man_page.h"

namespace prelabel {

Manual WorkerManual();

}  // namespace prelabel
