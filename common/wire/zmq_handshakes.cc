#include "common/wire/zmq_handshakes.h"

#include <array>
#include <chrono>
#include <cstring>
#include <random>
#include <utility>
#include <vector>

#include "common/wire/zap_handler.h"

namespace prelabel {
namespace {

constexpr const char* kZapEndpoint = "inproc://zeromq.zap.01";
constexpr const char* kMonitorEndpoint = "inproc://prelabel.monitor";
// Takes milliseconds; machines may be busy.
constexpr std::chrono::seconds kSelfTestLimit{10};

// The rest of a multipart message; empty: there is none.
std::vector<std::string> ReceiveFrames(zmq::socket_t& socket) {
  std::vector<std::string> frames;
  zmq::message_t frame;
  do {
    if (!socket.recv(frame, zmq::recv_flags::dontwait)) return {};
    frames.push_back(frame.to_string());
  } while (frame.more());
  return frames;
}

// A Unix socket in Linux's abstract namespace: no file is left, and nobody else guesses the name.
class TemporaryBinding {
 public:
  explicit TemporaryBinding(zmq::socket_t& server) : server_(server) {
    std::random_device random;
    endpoint_ = "ipc://@prelabel-self-test";
    for (int i = 0; i < 4; ++i) endpoint_ += "-" + std::to_string(random());
    server_.bind(endpoint_);
  }
  ~TemporaryBinding() { zmq_unbind(server_.handle(), endpoint_.c_str()); }
  TemporaryBinding(const TemporaryBinding&) = delete;
  TemporaryBinding& operator=(const TemporaryBinding&) = delete;
  const std::string& endpoint() const { return endpoint_; }

 private:
  zmq::socket_t& server_;
  std::string endpoint_;
};

}  // namespace

ZapSocket::ZapSocket(zmq::context_t& context, std::shared_ptr<Authorizer> authorizer)
    : socket_(context, zmq::socket_type::router), authorizer_(std::move(authorizer)) {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.bind(kZapEndpoint);
}

void ZapSocket::Serve() {
  constexpr int kMost = 64;
  for (int i = 0; i < kMost; ++i) {
    std::vector<std::string> frames = ReceiveFrames(socket_);
    // The asking session's routing id, an empty frame, then the request.
    if (frames.size() < 2) {
      if (frames.empty()) return;
      continue;
    }
    const std::string asker = std::move(frames[0]);
    frames.erase(frames.begin(), frames.begin() + 2);
    const std::vector<std::string> reply = AnswerZapRequest(frames, kZapDomain, *authorizer_);
    if (reply.empty()) continue;
    socket_.send(zmq::buffer(asker), zmq::send_flags::sndmore);
    socket_.send(zmq::message_t(), zmq::send_flags::sndmore);
    for (std::size_t part = 0; part < reply.size(); ++part) {
      socket_.send(zmq::buffer(reply[part]),
                   part + 1 < reply.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
    }
  }
}

HandshakeMonitor::HandshakeMonitor(zmq::context_t& context, zmq::socket_t& socket)
    : socket_(socket), events_(context, zmq::socket_type::pair) {
  events_.set(zmq::sockopt::linger, 0);
  if (zmq_socket_monitor(socket.handle(), kMonitorEndpoint,
                         ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                             ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                             ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL) != 0) {
    throw zmq::error_t();
  }
  events_.connect(kMonitorEndpoint);
}

HandshakeMonitor::~HandshakeMonitor() { zmq_socket_monitor(socket_.handle(), nullptr, 0); }

std::optional<HandshakeEnd> HandshakeMonitor::Next() {
  const std::vector<std::string> frames = ReceiveFrames(events_);
  std::uint16_t event = 0;
  std::uint32_t value = 0;
  if (frames.empty() || frames[0].size() < sizeof event + sizeof value) return std::nullopt;
  std::memcpy(&event, frames[0].data(), sizeof event);
  std::memcpy(&value, frames[0].data() + sizeof event, sizeof value);
  switch (event) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
      return HandshakeEnd::kSucceeded;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
      return HandshakeEnd::kRefused;
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
      return value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH ? HandshakeEnd::kMismatch
                                                                 : HandshakeEnd::kBroken;
    default:
      return HandshakeEnd::kBroken;
  }
}

void UseClientKeys(zmq::socket_t& socket, const WorkerKeys& keys) {
  socket.set(zmq::sockopt::curve_serverkey, keys.coordinator_key);
  socket.set(zmq::sockopt::curve_publickey, keys.own.public_key);
  socket.set(zmq::sockopt::curve_secretkey, keys.own.secret_key);
}

Result<void> CheckStrangersAreRefused(zmq::context_t& context, zmq::socket_t& server,
                                      ZapSocket& zap, const std::string& coordinator_key) {
  PRELABEL_TRY(CurveKeyPair stranger, MakeCurveKeyPair());
  const TemporaryBinding door(server);
  zmq::socket_t client(context, zmq::socket_type::dealer);
  client.set(zmq::sockopt::linger, 0);
  UseClientKeys(client, {std::move(stranger), coordinator_key});
  HandshakeMonitor monitor(context, client);
  client.connect(door.endpoint());
  const auto end = std::chrono::steady_clock::now() + kSelfTestLimit;
  while (std::chrono::steady_clock::now() < end) {
    std::array<zmq::pollitem_t, 2> items{
        {{monitor.handle(), 0, ZMQ_POLLIN, 0}, {zap.handle(), 0, ZMQ_POLLIN, 0}}};
    zmq::poll(items, std::chrono::milliseconds(100));
    zap.Serve();
    while (const auto handshake = monitor.Next()) {
      if (*handshake == HandshakeEnd::kRefused) return Ok();
      if (*handshake == HandshakeEnd::kSucceeded) {
        return Internal("the security self-test could connect with an unknown key");
      }
    }
  }
  return Unavailable("the security self-test got no answer; the machine may be too busy");
}

}  // namespace prelabel
