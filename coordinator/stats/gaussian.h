// Means and covariances, and distances that follow from them. Matrices are row-major, d × d, given
// as d² values. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "coordinator/stats/rows.h"

namespace prelabel {

struct Gaussian {
  std::vector<double> mean;        // d values
  std::vector<double> covariance;  // d × d
  std::size_t dimensions() const { return mean.size(); }
};

// Mean and unbiased covariance of rows (zeros for less than two).
Gaussian FitGaussian(const Rows& rows);

// Squared Fréchet distance: |m - m'|² + tr(C + C' - 2 (C C')^½) (Dowson and Landau 1982; used on
// features by Heusel et al. 2017). Biased upwards for few rows.
double FrechetDistance(const Gaussian& a, const Gaussian& b);

// The largest principal components.
struct PrincipalComponents {
  std::vector<double> mean;
  std::vector<double> axes;  // k × d, orthonormal rows, largest variance first; each axis' largest
                             // value is positive
  std::vector<double> variances;  // k
  double explained = 0;           // share of the whole variance

  std::size_t count() const { return variances.size(); }
  std::vector<double> Project(std::span<const float> row) const;  // k values
  // Distance of a row from its projection.
  double ReconstructionError(std::span<const float> row) const;
};
// As few components as explain `share` of the variance, at most `most`.
PrincipalComponents FitPrincipalComponents(const Gaussian& gaussian, double share,
                                           std::size_t most);

// Mahalanobis distances under one covariance. It is shrunk towards a multiple of the identity by
// `shrinkage` in [0, 1], which makes it invertible.
class Mahalanobis {
 public:
  Mahalanobis(std::span<const double> covariance, std::size_t dimensions, double shrinkage);

  // The row in coordinates in which the distance is the Euclidean one.
  std::vector<double> Whiten(std::span<const float> row) const;
  std::vector<double> Whiten(std::span<const double> row) const;

 private:
  std::size_t dimensions_;
  std::vector<double> inverse_root_;  // lower triangle of the inverse Cholesky factor, d × d
};

double SquaredDistance(std::span<const double> a, std::span<const double> b);

}  // namespace prelabel
