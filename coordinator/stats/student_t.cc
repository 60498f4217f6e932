#include "coordinator/stats/student_t.h"

#include <boost/math/distributions/students_t.hpp>

namespace prelabel {

double StudentQuantile(double probability, double degrees) {
  return boost::math::quantile(boost::math::students_t(degrees), probability);
}

}  // namespace prelabel
