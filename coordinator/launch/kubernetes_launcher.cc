#include "coordinator/launch/kubernetes_launcher.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

namespace prelabel {
namespace {

constexpr Duration kLongestGoodbye = std::chrono::seconds(10);
constexpr std::size_t kMostLogs = 8;  // of pods that fail together

// A refusal of many pods says the same of each.
std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

KubernetesLauncher::KubernetesLauncher(KubernetesWorkers workers) : workers_(std::move(workers)) {}

KubernetesLauncher::~KubernetesLauncher() {
  KubernetesLauncher::Terminate(std::chrono::milliseconds(0));
}

LauncherNews KubernetesLauncher::Poll(TimePoint now) {
  LauncherNews news;
  if (command_) {
    const auto outcome = command_->Poll(now);
    if (!outcome) return news;
    command_.reset();
    Finish(*outcome, now, news);
  }
  StartNext(now, news);
  return news;
}

void KubernetesLauncher::StartNext(TimePoint now, LauncherNews& news) {
  if (preparing_ != Kind::kSubmit && to_submit_ == 0) return;
  switch (preparing_) {
    case Kind::kCleanUp:
      return Start(Kind::kCleanUp, DeleteAllPodsCommand(workers_), "", now, news);
    case Kind::kDropKeys:
      return Start(Kind::kDropKeys, DeleteSecretsCommand(workers_, workers_.old_secrets), "", now,
                   news);
    case Kind::kGiveKeys:
      return Start(Kind::kGiveKeys, CreateCommand(workers_), SecretManifest(workers_), now, news);
    default:
      break;
  }
  if (!to_delete_.empty() && now >= delete_after_) {
    in_deletion_ = std::exchange(to_delete_, {});
    Start(Kind::kDelete, DeletePodsCommand(workers_, in_deletion_), "", now, news);
  } else if (to_submit_ > 0) {
    StartSubmission(now, news);
  } else if (!to_read_.empty()) {
    Start(Kind::kRead, PodLogCommand(workers_, to_read_.front().id), "", now, news);
  } else if (!pods_.empty() && looks_.Take(now)) {
    Start(Kind::kLook, ListPodsCommand(workers_), "", now, news);
  }
}

void KubernetesLauncher::StartSubmission(TimePoint now, LauncherNews& news) {
  std::string manifests;
  for (; to_submit_ > 0 && in_submission_.size() < kMostAtOnce; --to_submit_) {
    const std::string name = PodName(workers_, ++named_);
    auto manifest = PodManifest(workers_, name);
    if (!manifest) return Refuse(std::move(manifest).error(), news);
    manifests += manifest.value();
    in_submission_.push_back(name);
  }
  Start(Kind::kSubmit, CreateCommand(workers_), manifests, now, news);
}

void KubernetesLauncher::Start(Kind kind, const std::vector<std::string>& words,
                               const std::string& input, TimePoint now, LauncherNews& news) {
  kind_ = kind;
  auto command = Command::Start(words, input, now);
  if (command) {
    command_ = std::move(command).value();
    return;
  }
  if (preparing_ != Kind::kSubmit || kind == Kind::kSubmit) {
    return Refuse(std::move(command).error(), news);
  }
  CommandOutcome nothing;
  Finish(nothing, now, news);
}

// All that is asked for at present: the fleet asks again.
void KubernetesLauncher::Refuse(Error error, LauncherNews& news) {
  to_submit_ = 0;
  in_submission_.clear();
  news.refused.push_back(std::move(error));
}

void KubernetesLauncher::Finish(const CommandOutcome& outcome, TimePoint now, LauncherNews& news) {
  switch (kind_) {
    case Kind::kCleanUp:
      if (!outcome.ok) return Refuse(Unavailable(FirstLine(outcome.reason)), news);
      preparing_ = workers_.keys.empty()          ? Kind::kSubmit
                   : workers_.old_secrets.empty() ? Kind::kGiveKeys
                                                  : Kind::kDropKeys;
      return;
    case Kind::kDropKeys:
    case Kind::kGiveKeys:
      if (!outcome.ok) return Refuse(Unavailable(FirstLine(outcome.reason)), news);
      preparing_ = kind_ == Kind::kDropKeys ? Kind::kGiveKeys : Kind::kSubmit;
      return;
    case Kind::kSubmit:
      looks_.Restart(now);
      return FinishSubmission(outcome, news);
    case Kind::kLook:
      // Where the cluster does not answer nothing is known, and nothing has ended.
      if (const auto listed = ParsePods(outcome.output); outcome.ok && listed) {
        Compare(listed.value(), news);
      }
      return;
    case Kind::kRead:
      return FinishReading(outcome, news);
    case Kind::kDelete:
      looks_.Shorten();
      if (!outcome.ok) {
        to_delete_.insert(to_delete_.end(), in_deletion_.begin(), in_deletion_.end());
        delete_after_ = now + LookInterval::kOften;
      }
      in_deletion_.clear();
      return;
  }
}

void KubernetesLauncher::FinishSubmission(const CommandOutcome& outcome, LauncherNews& news) {
  // Some may have been made where others were refused (a quota).
  for (const std::string& name : ParseCreated(outcome.output)) {
    pods_.push_back({name, false});
    ++news.accepted;
  }
  in_submission_.clear();
  if (!outcome.ok) Refuse(Unavailable(FirstLine(outcome.reason)), news);
}

void KubernetesLauncher::Compare(const std::vector<KubernetesPod>& listed, LauncherNews& news) {
  std::map<std::string, const KubernetesPod*> by_name;
  for (const KubernetesPod& pod : listed) by_name[pod.name] = &pod;
  std::vector<EndedAllocation> ended;
  for (Allocation& pod : pods_) {
    const auto found = by_name.find(pod.id);
    const KubernetesPod* seen = found == by_name.end() ? nullptr : found->second;
    if (found != by_name.end()) by_name.erase(found);
    if (IsBeingRead(pod.id)) continue;
    if (seen == nullptr) {
      ended.push_back({pod.id, AllocationEnd::kTaken, "was deleted", {}, 0});
    } else if (seen->state == KubernetesPod::State::kEnded) {
      ended.push_back({pod.id, seen->ending, seen->status, {}, 0});
    } else {
      const bool running = seen->state == KubernetesPod::State::kRunning;
      if (std::exchange(pod.running, running) != running) looks_.Shorten();
    }
  }
  for (EndedAllocation& one : ended) {
    looks_.Shorten();
    const bool failed =
        one.ending == AllocationEnd::kFailed || one.ending == AllocationEnd::kUnusable;
    if (failed && to_read_.size() < kMostLogs) {
      to_read_.push_back(std::move(one));
    } else {
      EndPod(std::move(one), news);
    }
  }
  // Made by a command that was given up before it could say so.
  for (const auto& [name, pod] : by_name) {
    if (pod->state == KubernetesPod::State::kEnded || pod->leaving) continue;
    if (!name.starts_with(workers_.prefix + "-")) continue;
    pods_.push_back({name, pod->state == KubernetesPod::State::kRunning});
    ++news.accepted;
  }
}

bool KubernetesLauncher::IsBeingRead(const std::string& id) const {
  return std::any_of(to_read_.begin(), to_read_.end(),
                     [&](const EndedAllocation& one) { return one.id == id; });
}

void KubernetesLauncher::FinishReading(const CommandOutcome& outcome, LauncherNews& news) {
  EndedAllocation ended = std::move(to_read_.front());
  to_read_.pop_front();
  // One that never ran said nothing.
  if (outcome.ok && !outcome.output.empty()) {
    const std::filesystem::path path = workers_.log_dir / ("worker-" + ended.id + ".log");
    std::ofstream log(path, std::ios::binary);
    log << outcome.output;
    log.close();
    if (log) ended.log = path;
  }
  EndPod(std::move(ended), news);
}

// What has ended stays in the cluster until somebody deletes it.
void KubernetesLauncher::EndPod(EndedAllocation ended, LauncherNews& news) {
  std::erase_if(pods_, [&](const Allocation& pod) { return pod.id == ended.id; });
  to_delete_.push_back(ended.id);
  news.ended.push_back(std::move(ended));
}

void KubernetesLauncher::Cancel(const std::vector<std::string>& ids) {
  to_delete_.insert(to_delete_.end(), ids.begin(), ids.end());
}

std::vector<EndedAllocation> KubernetesLauncher::Terminate(std::chrono::milliseconds /*grace*/) {
  if (std::exchange(over_, true)) return {};
  const MonotonicClock clock;
  const auto wait = [this] {
    if (command_) command_->Wait(kLongestGoodbye);
    command_.reset();
  };
  wait();  // what is being made would outlive its deletion
  if (preparing_ != Kind::kCleanUp) {
    LauncherNews ignored;
    Start(Kind::kDelete, DeleteAllPodsCommand(workers_), "", clock.Now(), ignored);
    wait();
    if (!workers_.keys.empty()) {
      Start(Kind::kDropKeys, DeleteSecretsCommand(workers_, {workers_.secret}), "", clock.Now(),
            ignored);
      wait();
    }
  }
  pods_.clear();
  return {};
}

}  // namespace prelabel
