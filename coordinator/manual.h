// What the man page of prelabel says beside the declaration of its command line.
#pragma once

#include "common/command_line/man_page.h"

namespace prelabel {

Manual CoordinatorManual();

}  // namespace prelabel
