#include "common/labels/assignment.h"

#include <limits>
#include <numeric>
#include <utility>

namespace prelabel {
namespace {

class DisjointSets {
 public:
  explicit DisjointSets(std::size_t size) : parent_(size) {
    std::iota(parent_.begin(), parent_.end(), std::uint32_t{0});
  }
  std::uint32_t Find(std::uint32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void Join(std::uint32_t a, std::uint32_t b) { parent_[Find(b)] = Find(a); }

 private:
  std::vector<std::uint32_t> parent_;
};

// Row-major costs; rows <= columns. Returns the column of each row, all assigned, at least cost.
std::vector<std::size_t> SolveDense(const std::vector<double>& cost, std::size_t rows,
                                    std::size_t columns) {
  constexpr std::size_t kNone = SIZE_MAX;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> row_potential(rows, 0);
  std::vector<double> column_potential(columns + 1, 0);
  std::vector<std::size_t> row_of(columns + 1, kNone);  // the extra column is the search's root
  for (std::size_t start = 0; start < rows; ++start) {
    std::vector<double> slack(columns, kInfinity);
    std::vector<std::size_t> previous(columns, columns);
    std::vector<char> visited(columns + 1, 0);
    std::size_t column = columns;
    row_of[column] = start;
    do {
      visited[column] = 1;
      const std::size_t row = row_of[column];
      std::size_t nearest = kNone;
      double step = kInfinity;
      for (std::size_t j = 0; j < columns; ++j) {
        if (visited[j]) continue;
        const double reduced = cost[row * columns + j] - row_potential[row] - column_potential[j];
        if (reduced < slack[j]) {
          slack[j] = reduced;
          previous[j] = column;
        }
        if (slack[j] < step) {  // strictly: of equals the lowest column
          step = slack[j];
          nearest = j;
        }
      }
      for (std::size_t j = 0; j <= columns; ++j) {
        if (visited[j]) {
          row_potential[row_of[j]] += step;
          column_potential[j] -= step;
        } else {
          slack[j] -= step;
        }
      }
      column = nearest;
    } while (row_of[column] != kNone);
    for (; column != columns; column = previous[column]) row_of[column] = row_of[previous[column]];
  }
  std::vector<std::size_t> column_of(rows, 0);
  for (std::size_t j = 0; j < columns; ++j) {
    if (row_of[j] != kNone) column_of[row_of[j]] = j;
  }
  return column_of;
}

struct Component {
  std::vector<std::uint32_t> rows;     // ascending
  std::vector<std::uint32_t> columns;  // ascending
  std::vector<AssignmentPair> pairs;
};

std::vector<Component> Components(std::size_t rows, std::size_t columns,
                                  std::span<const AssignmentPair> pairs) {
  DisjointSets sets(rows + columns);
  const auto node = [&](std::uint32_t column) { return static_cast<std::uint32_t>(rows + column); };
  std::vector<char> used(rows + columns, 0);
  for (const AssignmentPair& pair : pairs) {
    sets.Join(pair.row, node(pair.column));
    used[pair.row] = used[node(pair.column)] = 1;
  }
  constexpr std::uint32_t kNew = UINT32_MAX;
  std::vector<std::uint32_t> number(rows + columns, kNew);
  std::vector<Component> components;
  for (std::uint32_t i = 0; i < rows + columns; ++i) {
    if (!used[i]) continue;
    std::uint32_t& component = number[sets.Find(i)];
    if (component == kNew) {
      component = static_cast<std::uint32_t>(components.size());
      components.emplace_back();
    }
    if (i < rows) {
      components[component].rows.push_back(i);
    } else {
      components[component].columns.push_back(i - static_cast<std::uint32_t>(rows));
    }
  }
  for (const AssignmentPair& pair : pairs) {
    components[number[sets.Find(pair.row)]].pairs.push_back(pair);
  }
  return components;
}

}  // namespace

std::vector<std::int32_t> Assign(std::size_t rows, std::size_t columns,
                                 std::span<const AssignmentPair> pairs) {
  std::vector<std::int32_t> column_of(rows, kUnassigned);
  std::vector<std::uint32_t> place(rows + columns, 0);  // within the component
  for (const Component& part : Components(rows, columns, pairs)) {
    if (part.pairs.size() == 1) {
      column_of[part.rows[0]] = static_cast<std::int32_t>(part.columns[0]);
      continue;
    }
    for (std::uint32_t i = 0; i < part.rows.size(); ++i) place[part.rows[i]] = i;
    for (std::uint32_t j = 0; j < part.columns.size(); ++j) place[rows + part.columns[j]] = j;
    // An impossible pair costs nothing and stands for staying alone.
    const bool turned = part.rows.size() > part.columns.size();
    const std::size_t height = turned ? part.columns.size() : part.rows.size();
    const std::size_t width = turned ? part.rows.size() : part.columns.size();
    std::vector<double> cost(height * width, 0);
    for (const AssignmentPair& pair : part.pairs) {
      std::size_t i = place[pair.row];
      std::size_t j = place[rows + pair.column];
      if (turned) std::swap(i, j);
      cost[i * width + j] = -pair.gain;
    }
    const std::vector<std::size_t> solution = SolveDense(cost, height, width);
    for (std::size_t i = 0; i < height; ++i) {
      const std::size_t j = solution[i];
      if (cost[i * width + j] >= 0) continue;
      column_of[part.rows[turned ? j : i]] =
          static_cast<std::int32_t>(part.columns[turned ? i : j]);
    }
  }
  return column_of;
}

}  // namespace prelabel
