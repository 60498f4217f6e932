// A path between two fixed ends from uncertain steps: weighted least squares in one dimension with
// a price on acceleration. Pure; thread-safe.
#pragma once

#include <span>
#include <vector>

namespace prelabel {

// The weight of a belief that each step is 0. It counts where nothing is seen: a velocity that was
// seen before is forgotten within about √(stiffness / kStraightness) steps.
inline constexpr double kStraightness = 0.01;

// Positions u[0] … u[n] with u[0] = u[n] = 0 that minimize, for n steps,
//   Σ weights[t] · (u[t+1] − u[t] − steps[t])² + kStraightness · Σ (u[t+1] − u[t])²
//     + stiffness · Σ (u[t+1] − 2u[t] + u[t−1])²
// (the log of a Gaussian posterior of a constant-velocity model; stiffness is the variance of a
// step of weight 1 over that of an acceleration). Steps without weight may be anything finite.
// Where no step has weight all positions are 0. Takes O(n). `weights`: as many as steps, not
// negative; stiffness > 0.
std::vector<double> BridgeSteps(std::span<const double> steps, std::span<const double> weights,
                                double stiffness);

}  // namespace prelabel
