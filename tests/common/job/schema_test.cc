// The published schema says the same as the program: keys, defaults, choices and ranges.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "common/job/job_decode.h"
#include "common/job/job_loader.h"

namespace prelabel {
namespace {

namespace json = boost::json;

json::value LoadSchema() {
  std::ifstream file("configs/schema/job.schema.json");
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str());
}

struct Key {
  std::string path;
  json::object schema;
};

// Every key that is no map with keys of its own.
void CollectKeys(const json::object& schema, const std::string& prefix, std::vector<Key>* keys) {
  for (const auto& property : schema.at("properties").as_object()) {
    const std::string path = prefix + std::string(property.key());
    const json::object& value = property.value().as_object();
    if (value.contains("properties")) {
      CollectKeys(value, path + ".", keys);
    } else {
      keys->push_back({path, value});
    }
  }
}

std::vector<Key> SchemaKeys() {
  std::vector<Key> keys;
  const json::value schema = LoadSchema();
  CollectKeys(schema.as_object(), "", &keys);
  return keys;
}

// A job with a few settings that make every tried value legal on its own.
Result<JobSpec> ParseWith(const std::vector<std::string>& set) {
  JobSources sources;
  sources.set = {"labels.raw_threshold=0", "cluster.launcher=none",
                 "cluster.listen=tcp://0.0.0.0:0", "cluster.ssh.hosts=[a, b]",
                 "cluster.kubernetes.template=/pod.yaml"};
  sources.set.insert(sources.set.end(), set.begin(), set.end());
  return ParseJob("{name: x, data: [{images: a}], models: [m], output: {dir: r}}", "/j/job.yaml",
                  sources);
}

TEST(JobSchema, HasTheKeysOfTheProgram) {
  std::vector<std::string> paths;
  for (const Key& key : SchemaKeys()) paths.push_back(key.path);
  std::vector<std::string> known = JobKeys();
  std::sort(paths.begin(), paths.end());
  std::sort(known.begin(), known.end());
  EXPECT_EQ(paths, known);
}

TEST(JobSchema, DefaultsAreThoseOfTheProgram) {
  // A second opinion is asked for where its key is there, whatever is in it.
  const std::string text =
      "{name: x, data: [{images: a}], models: [m], output: {dir: r}, report: {second_opinion: }}";
  const JobSpec plain = ParseJob(text, "/j/job.yaml", {}).value();
  int defaults = 0;
  for (const Key& key : SchemaKeys()) {
    if (!key.schema.contains("default")) continue;
    ++defaults;
    JobSources sources;
    sources.set = {key.path + "=" + json::serialize(key.schema.at("default"))};
    const auto job = ParseJob(text, "/j/job.yaml", sources);
    ASSERT_TRUE(job.has_value()) << job.error().ToString();
    EXPECT_EQ(job.value(), plain) << key.path;
  }
  EXPECT_EQ(defaults, 37);
}

TEST(JobSchema, RangesAndChoicesAreThoseOfTheProgram) {
  int checked = 0;
  for (const Key& key : SchemaKeys()) {
    const auto accepts = [&](double value) {
      return ParseWith({fmt::format("{}={}", key.path, value)}).has_value();
    };
    const bool whole =
        key.schema.contains("type") && key.schema.at("type") == json::value("integer");
    const double step = whole ? 1 : 0.001;
    if (const json::value* minimum = key.schema.if_contains("minimum")) {
      EXPECT_TRUE(accepts(minimum->to_number<double>())) << key.path;
      EXPECT_FALSE(accepts(minimum->to_number<double>() - step)) << key.path;
      ++checked;
    }
    if (const json::value* minimum = key.schema.if_contains("exclusiveMinimum")) {
      EXPECT_TRUE(accepts(minimum->to_number<double>() + step)) << key.path;
      EXPECT_FALSE(accepts(minimum->to_number<double>())) << key.path;
      ++checked;
    }
    if (const json::value* maximum = key.schema.if_contains("maximum")) {
      EXPECT_FALSE(accepts(maximum->to_number<double>() + step)) << key.path;
      ++checked;
    }
    if (const json::value* maximum = key.schema.if_contains("exclusiveMaximum")) {
      EXPECT_TRUE(accepts(maximum->to_number<double>() - step)) << key.path;
      EXPECT_FALSE(accepts(maximum->to_number<double>())) << key.path;
      ++checked;
    }
    if (const json::value* choices = key.schema.if_contains("enum")) {
      for (const json::value& choice : choices->as_array()) {
        EXPECT_TRUE(ParseWith({key.path + "=" + json::serialize(choice)})) << key.path;
      }
      EXPECT_FALSE(ParseWith({key.path + "=other"})) << key.path;
      ++checked;
    }
  }
  EXPECT_EQ(checked, 50);  // 22 numbers with two ends each, and five choices
}

TEST(JobSchema, EveryKeyHasADescription) {
  for (const Key& key : SchemaKeys()) EXPECT_TRUE(key.schema.contains("description")) << key.path;
}

}  // namespace
}  // namespace prelabel
