#include "coordinator/stats/gaussian.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

namespace prelabel {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Map<const Matrix> Square(std::span<const double> values, std::size_t d) {
  return {values.data(), static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(d)};
}

// Of a symmetric matrix without negative eigenvalues (but for rounding).
Matrix SquareRoot(const Matrix& matrix) {
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(matrix);
  const Eigen::VectorXd roots = solver.eigenvalues().cwiseMax(0).cwiseSqrt();
  return solver.eigenvectors() * roots.asDiagonal() * solver.eigenvectors().transpose();
}

}  // namespace

Gaussian FitGaussian(const Rows& rows) {
  const std::size_t d = rows.dimensions;
  Gaussian fit{std::vector<double>(d), std::vector<double>(d * d)};
  const std::size_t n = rows.count();
  if (n == 0) return fit;
  const Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>
      values(rows.values.data(), static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(d));
  Matrix centered = values.cast<double>();
  const Eigen::RowVectorXd mean = centered.colwise().mean();
  for (std::size_t i = 0; i < d; ++i) fit.mean[i] = mean(static_cast<Eigen::Index>(i));
  if (n < 2) return fit;
  centered.rowwise() -= mean;
  Eigen::Map<Matrix>(fit.covariance.data(), static_cast<Eigen::Index>(d),
                     static_cast<Eigen::Index>(d)) =
      centered.transpose() * centered / static_cast<double>(n - 1);
  return fit;
}

double FrechetDistance(const Gaussian& a, const Gaussian& b) {
  const std::size_t d = a.dimensions();
  const Matrix root = SquareRoot(Square(a.covariance, d));
  // tr((A B)^½) = tr((A^½ B A^½)^½), which is symmetric.
  const Matrix product = root * Square(b.covariance, d) * root;
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(product, Eigen::EigenvaluesOnly);
  const double cross = solver.eigenvalues().cwiseMax(0).cwiseSqrt().sum();
  return SquaredDistance(a.mean, b.mean) + Square(a.covariance, d).trace() +
         Square(b.covariance, d).trace() - 2 * cross;
}

PrincipalComponents FitPrincipalComponents(const Gaussian& gaussian, double share,
                                           std::size_t most) {
  const std::size_t d = gaussian.dimensions();
  PrincipalComponents components;
  components.mean = gaussian.mean;
  const Matrix covariance = Square(gaussian.covariance, d);
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(covariance);
  const double whole = solver.eigenvalues().cwiseMax(0).sum();
  double explained = 0;
  for (std::size_t k = 0; k < std::min(d, most); ++k) {
    if (whole <= 0 || (k > 0 && explained >= share * whole)) break;
    const auto column = static_cast<Eigen::Index>(d - 1 - k);
    const double variance = std::max(0.0, solver.eigenvalues()(column));
    Eigen::VectorXd axis = solver.eigenvectors().col(column);
    Eigen::Index largest = 0;
    axis.cwiseAbs().maxCoeff(&largest);
    if (axis(largest) < 0) axis = -axis;
    components.axes.insert(components.axes.end(), axis.data(), axis.data() + axis.size());
    components.variances.push_back(variance);
    explained += variance;
  }
  components.explained = whole > 0 ? explained / whole : 0;
  return components;
}

std::vector<double> PrincipalComponents::Project(std::span<const float> row) const {
  const std::size_t d = mean.size();
  std::vector<double> projected(count());
  for (std::size_t k = 0; k < projected.size(); ++k) {
    for (std::size_t i = 0; i < d; ++i) projected[k] += axes[k * d + i] * (row[i] - mean[i]);
  }
  return projected;
}

double PrincipalComponents::ReconstructionError(std::span<const float> row) const {
  double left = 0;
  for (std::size_t i = 0; i < mean.size(); ++i) left += (row[i] - mean[i]) * (row[i] - mean[i]);
  for (const double along : Project(row)) left -= along * along;
  return std::sqrt(std::max(0.0, left));
}

Mahalanobis::Mahalanobis(std::span<const double> covariance, std::size_t dimensions,
                         double shrinkage)
    : dimensions_(dimensions), inverse_root_(dimensions * dimensions) {
  Matrix shrunk = Square(covariance, dimensions);
  const auto d = static_cast<Eigen::Index>(dimensions);
  const double level = std::max(shrunk.trace() / static_cast<double>(d), 1e-12);
  shrunk = (1 - shrinkage) * shrunk + shrinkage * level * Matrix::Identity(d, d);
  const Eigen::LLT<Matrix> factor(shrunk);
  Eigen::Map<Matrix>(inverse_root_.data(), d, d) = factor.matrixL().solve(Matrix::Identity(d, d));
}

std::vector<double> Mahalanobis::Whiten(std::span<const double> row) const {
  std::vector<double> white(dimensions_);
  for (std::size_t i = 0; i < dimensions_; ++i) {
    for (std::size_t j = 0; j <= i; ++j) white[i] += inverse_root_[i * dimensions_ + j] * row[j];
  }
  return white;
}

std::vector<double> Mahalanobis::Whiten(std::span<const float> row) const {
  return Whiten(std::vector<double>(row.begin(), row.end()));
}

double SquaredDistance(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

}  // namespace prelabel
