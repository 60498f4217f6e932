// Student's t distribution. Pure; thread-safe.
#pragma once

namespace prelabel {

// The value that a t variable with `degrees` > 0 degrees of freedom stays under with `probability`
// in (0, 1).
double StudentQuantile(double probability, double degrees);

}  // namespace prelabel
