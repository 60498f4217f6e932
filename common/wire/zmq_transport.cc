#include "common/wire/zmq_transport.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>
#include <utility>
#include <zmq.hpp>

#include "common/base/file_limit.h"
#include "common/wire/zmq_handshakes.h"

namespace prelabel {
namespace {

using std::chrono::steady_clock;

constexpr int kHighWaterMark = 100000;  // messages; flow control is by credit, not by this
constexpr int kLingerMs = 2000;         // a Goodbye or a Drain still leaves after close
constexpr int kCurveOverhead = 64;      // bytes that encryption adds to a message, rounded up
constexpr int kHandshakeMs = 5000;
constexpr int kConnectMs = 3000;
constexpr std::chrono::milliseconds kConnectAgainAfter{1000};

// A vanished host is noticed by the kernel too: after 30 s of silence, 3 probes 10 s apart.
constexpr int kKeepaliveIdleS = 30;
constexpr int kKeepaliveIntervalS = 10;
constexpr int kKeepaliveProbes = 3;

// A descriptor that other threads and signal handlers may write to.
class WakeUp {
 public:
  WakeUp() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  ~WakeUp() { close(fd_); }
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  int fd() const { return fd_; }
  void Set() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = write(fd_, &one, sizeof one);
  }
  void Clear() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t n = read(fd_, &count, sizeof count);
  }

 private:
  int fd_;
};

// What both sides share: a socket, its context and the way to wake a Wait.
class ZmqTransport : public Transport {
 public:
  explicit ZmqTransport(zmq::socket_type type) : context_(1), socket_(context_, type) {
    socket_.set(zmq::sockopt::sndhwm, kHighWaterMark);
    socket_.set(zmq::sockopt::rcvhwm, kHighWaterMark);
    socket_.set(zmq::sockopt::linger, kLingerMs);
    socket_.set(zmq::sockopt::maxmsgsize, kMaxMessageBytes);
    socket_.set(zmq::sockopt::handshake_ivl, kHandshakeMs);
    socket_.set(zmq::sockopt::tcp_keepalive, 1);
    socket_.set(zmq::sockopt::tcp_keepalive_idle, kKeepaliveIdleS);
    socket_.set(zmq::sockopt::tcp_keepalive_intvl, kKeepaliveIntervalS);
    socket_.set(zmq::sockopt::tcp_keepalive_cnt, kKeepaliveProbes);
  }

  void Wake() override { wake_.Set(); }

 protected:
  // Until the socket, `other` (if there is one) or Wake has something.
  void WaitFor(void* other, std::chrono::milliseconds timeout) {
    std::array<zmq::pollitem_t, 3> items{{{socket_.handle(), 0, ZMQ_POLLIN, 0},
                                          {nullptr, wake_.fd(), ZMQ_POLLIN, 0},
                                          {other, 0, ZMQ_POLLIN, 0}}};
    try {
      zmq::poll(items.data(), other == nullptr ? 2 : 3, timeout);
    } catch (const zmq::error_t&) {
      return;  // interrupted by a signal: the loop looks at its flags
    }
    if ((items[1].revents & ZMQ_POLLIN) != 0) wake_.Clear();
  }

  // The next frame; false: nothing there.
  bool ReceiveFrame(zmq::message_t& frame) {
    try {
      return socket_.recv(frame, zmq::recv_flags::dontwait).has_value();
    } catch (const zmq::error_t&) {
      return false;
    }
  }

  // The rest of a message whose first frame is in `frame`.
  void SkipRest(zmq::message_t& frame) {
    while (frame.more() && ReceiveFrame(frame)) {
    }
  }

  SendStatus SendBody(std::string bytes) {
    // Large bodies are handed over, not copied.
    auto* body = new std::string(std::move(bytes));
    zmq::message_t message(
        body->data(), body->size(),
        [](void*, void* hint) { delete static_cast<std::string*>(hint); }, body);
    return socket_.send(message, zmq::send_flags::dontwait) ? SendStatus::kSent : SendStatus::kBusy;
  }

  void AllowForEncryption() {
    socket_.set(zmq::sockopt::maxmsgsize, kMaxMessageBytes + kCurveOverhead);
  }

  zmq::context_t context_;
  zmq::socket_t socket_;

 private:
  WakeUp wake_;
};

// With security a peer is "USER\0ROUTING-ID", so that Send need not remember who is who.
class CoordinatorTransport : public ZmqTransport {
 public:
  explicit CoordinatorTransport(const std::optional<ServerSecurity>& security)
      : ZmqTransport(zmq::socket_type::router) {
    socket_.set(zmq::sockopt::router_mandatory, true);
    if (!security) return;
    AllowForEncryption();
    zap_.emplace(context_, security->authorizer);
    socket_.set(zmq::sockopt::curve_server, true);
    socket_.set(zmq::sockopt::curve_secretkey, security->keys.secret_key);
    socket_.set(zmq::sockopt::zap_domain, kZapDomain);
    // Stable releases of libzmq cannot be told to refuse everybody where there is no handler
    // (ZMQ_ZAP_ENFORCE_DOMAIN is a draft): hence the handler above, the self-test of Bind and the
    // dropping of messages without a User-Id in Receive.
  }

  // Returns the endpoint with the port that was chosen.
  Result<std::string> Bind(const std::string& endpoint, const std::string& public_key) {
    if (zap_) {
      PRELABEL_TRY(CheckStrangersAreRefused(context_, socket_, *zap_, public_key));
    }
    socket_.bind(endpoint);
    return socket_.get(zmq::sockopt::last_endpoint);
  }

  void Wait(std::chrono::milliseconds timeout) override {
    WaitFor(zap_ ? zap_->handle() : nullptr, timeout);
    ServeHandshakes();
  }

  std::optional<Received> Receive() override {
    if (++received_ % kHandshakesEvery == 0) ServeHandshakes();
    zmq::message_t frame;
    while (ReceiveFrame(frame)) {
      std::string routing_id = frame.to_string();
      if (!frame.more() || !ReceiveFrame(frame)) continue;
      if (frame.more()) {
        SkipRest(frame);
        continue;
      }
      if (!zap_) return Received{std::move(routing_id), frame.to_string(), {}};
      const char* user = zmq_msg_gets(frame.handle(), "User-Id");
      if (user == nullptr || *user == '\0' || !zap_->authorizer().Allows(user)) continue;
      Received received{user, frame.to_string(), user};
      received.peer += '\0';
      received.peer += routing_id;
      return received;
    }
    return std::nullopt;
  }

  SendStatus Send(const std::string& peer, std::string bytes) override {
    std::string_view routing_id = peer;
    if (zap_) {
      const std::size_t end = peer.find('\0');
      if (end == std::string::npos || !zap_->authorizer().Allows(peer.substr(0, end))) {
        return SendStatus::kUnreachable;
      }
      routing_id.remove_prefix(end + 1);
    }
    try {
      if (!socket_.send(zmq::buffer(routing_id),
                        zmq::send_flags::sndmore | zmq::send_flags::dontwait)) {
        return SendStatus::kBusy;
      }
      return SendBody(std::move(bytes));
    } catch (const zmq::error_t& error) {
      return error.num() == EHOSTUNREACH ? SendStatus::kUnreachable : SendStatus::kBusy;
    }
  }

 private:
  static constexpr unsigned kHandshakesEvery = 64;  // messages, where the loop never waits

  void ServeHandshakes() {
    if (!zap_) return;
    try {
      zap_->Serve();
    } catch (const zmq::error_t&) {
      // The session that asked is gone; its client tries again.
    }
  }

  std::optional<ZapSocket> zap_;
  unsigned received_ = 0;
};

class WorkerTransport : public ZmqTransport {
 public:
  WorkerTransport(const std::optional<WorkerKeys>& keys, TroubleSink trouble)
      : ZmqTransport(zmq::socket_type::dealer),
        monitor_(context_, socket_),
        trouble_(std::move(trouble)),
        has_keys_(keys.has_value()) {
    socket_.set(zmq::sockopt::connect_timeout, kConnectMs);
    if (!keys) return;
    AllowForEncryption();
    UseClientKeys(socket_, *keys);
  }

  void Connect(const std::string& endpoint) {
    endpoint_ = endpoint;
    socket_.connect(endpoint);
  }

  void Wait(std::chrono::milliseconds timeout) override {
    WaitFor(monitor_.handle(), timeout);
    try {
      while (const auto handshake = monitor_.Next()) HandshakeEnded(*handshake);
      if (connect_again_ && steady_clock::now() >= *connect_again_) ConnectAgain();
    } catch (const zmq::error_t&) {
      // Interrupted: the events wait for the next time.
    }
  }

  std::optional<Received> Receive() override {
    zmq::message_t frame;
    while (ReceiveFrame(frame)) {
      if (!frame.more()) return Received{{}, frame.to_string(), {}};
      SkipRest(frame);
    }
    return std::nullopt;
  }

  SendStatus Send(const std::string& /*peer*/, std::string bytes) override {
    try {
      return SendBody(std::move(bytes));
    } catch (const zmq::error_t&) {
      return SendStatus::kBusy;
    }
  }

 private:
  void HandshakeEnded(HandshakeEnd end) {
    if (end == HandshakeEnd::kSucceeded) return;
    // libzmq tries again by itself only where the connection broke.
    if (end != HandshakeEnd::kBroken) connect_again_ = steady_clock::now() + kConnectAgainAfter;
    if (!trouble_) return;
    if (!has_keys_) {
      trouble_("the handshake failed; if the coordinator uses keys, give --keys");
    } else if (end == HandshakeEnd::kRefused) {
      trouble_(
          "the coordinator refused this key; its .pub file must be in the coordinator's workers "
          "folder");
    } else {
      trouble_("the handshake failed; the coordinator must use keys, and coordinator.pub be its");
    }
  }

  void ConnectAgain() {
    connect_again_.reset();
    try {
      socket_.disconnect(endpoint_);
    } catch (const zmq::error_t&) {
      // It is disconnected already.
    }
    socket_.connect(endpoint_);
  }

  HandshakeMonitor monitor_;
  TroubleSink trouble_;
  bool has_keys_;
  std::string endpoint_;
  std::optional<steady_clock::time_point> connect_again_;
};

Error FromZmq(const zmq::error_t& error, const std::string& endpoint) {
  const std::string text = error.what();
  switch (error.num()) {
    case EINVAL:
    case EPROTONOSUPPORT:
      return InvalidArgument("not an endpoint that ZeroMQ knows; write tcp://HOST:PORT", endpoint);
    case EADDRINUSE:
      return Unavailable("the address is in use; stop the other program or choose another port",
                         endpoint);
    default:
      return Unavailable(text, endpoint);
  }
}

}  // namespace

Result<BoundTransport> BindCoordinator(const std::string& endpoint,
                                       const std::optional<ServerSecurity>& security) {
  RaiseFileLimit();  // a descriptor a worker
  try {
    auto transport = std::make_unique<CoordinatorTransport>(security);
    PRELABEL_TRY(std::string bound,
                 transport->Bind(endpoint, security ? security->keys.public_key : std::string()));
    return BoundTransport{std::move(transport), std::move(bound)};
  } catch (const zmq::error_t& error) {
    return FromZmq(error, endpoint);
  }
}

Result<std::unique_ptr<Transport>> ConnectWorker(const std::string& endpoint,
                                                 const std::optional<WorkerKeys>& keys,
                                                 TroubleSink trouble) {
  try {
    auto transport = std::make_unique<WorkerTransport>(keys, std::move(trouble));
    transport->Connect(endpoint);
    return std::unique_ptr<Transport>(std::move(transport));
  } catch (const zmq::error_t& error) {
    return FromZmq(error, endpoint);
  }
}

}  // namespace prelabel
