#include "coordinator/report/json_duplicates.h"

#include <string_view>

namespace prelabel {
namespace {

void PutSimilar(JsonBuilder& json, std::string_view key, const SimilarReport& similar) {
  json.Open('{', key);
  json.Put("compared", similar.compared);
  json.Put("group_count", similar.groups);
  json.Put("extra", similar.extra);
  json.Open('[', "groups");
  for (const SimilarGroupReport& group : similar.largest) {
    json.Open('{');
    json.Put("images", group.images);
    json.Put("least_cosine", fmt::format("{:.4f}", group.least_cosine));
    json.List("items", group.names, kJsonQuoted);
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
}

}  // namespace

void PutDuplicates(JsonBuilder& json, const DuplicatesReport& duplicates) {
  json.Open('{', "duplicates");
  json.Put("images", duplicates.images);
  PutSimilar(json, "same", duplicates.same);
  if (duplicates.near) PutSimilar(json, "near", *duplicates.near);
  json.Close('}');
}

}  // namespace prelabel
