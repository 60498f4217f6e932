// The weights file of a card, read and checked: what every backend begins with.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/job/model_card.h"

namespace prelabel {

// The weights' bytes, which are those that the card vouches for. InvalidArgument: the file is
// missing or unreadable, or its sha256 is another.
Result<std::string> ReadWeights(const ModelCard& card);

}  // namespace prelabel
