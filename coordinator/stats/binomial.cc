#include "coordinator/stats/binomial.h"

#include <boost/math/special_functions/beta.hpp>

namespace prelabel {

double LowerShareBound(double successes, double trials, double alpha) {
  if (successes <= 0) return 0;
  return boost::math::ibeta_inv(successes, trials - successes + 1, alpha);
}

double UpperShareBound(double successes, double trials, double alpha) {
  if (successes >= trials) return 1;
  return boost::math::ibetac_inv(successes + 1, trials - successes, alpha);
}

}  // namespace prelabel
