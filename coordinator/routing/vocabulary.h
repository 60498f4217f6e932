// What a job wants labeled and nothing in it can name. Pure.
#pragma once

#include <string>
#include <vector>

#include "coordinator/merge/merge.h"
#include "coordinator/routing/verdict.h"

namespace prelabel {

// The names of `wanted` under which no category is written, in their order. `model_classes`: what
// the model has, under its own names; nearest are those (and names of categories) that are a typing
// mistake away, or of which one name's letters begin or end the other's ("fork" and "forklift"),
// the closest first, at most three. Names alone are compared, not meanings.
std::vector<VocabularyGap> FindGaps(const std::vector<std::string>& wanted, const ClassMap& classes,
                                    const std::vector<std::string>& model_classes);

}  // namespace prelabel
