// Result<T>: a value or an Error, over Boost.Outcome. Reading the wrong side ends the process.
// PRELABEL_TRY(auto x, Expression) returns the Error to the caller or names the value x.
#pragma once

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>

#include "common/base/error.h"

namespace prelabel {

namespace outcome = BOOST_OUTCOME_V2_NAMESPACE;

template <class T>
using Result = outcome::basic_result<T, Error, outcome::policy::terminate>;

inline auto Ok() { return outcome::success(); }

}  // namespace prelabel

#define PRELABEL_TRY(...) BOOST_OUTCOME_TRY(__VA_ARGS__)
