import Foundation
import Scheduling
import TestSupport
import Testing

/// What a service manager hears, on a real socket of each kind.
@Suite("Service notifier")
struct ServiceNotifierTests {
  private func environment(_ socket: String, _ more: [String: String] = [:]) -> [String: String] {
    more.merging(["NOTIFY_SOCKET": socket]) { $1 }
  }

  @Test("says how it is on a socket with a path, and on an abstract one")
  func messages() throws {
    let folder = try TemporaryFolder()
    for name in [folder.path + "/n", "@kedge-test-\(UUID().uuidString)"] {
      let manager = try DatagramReceiver(name)
      let service = ServiceNotifier(environment: environment(name, ["WATCHDOG_USEC": "3000000"]))
      #expect(service.watchdog == 3)
      for message in [.ready, .status("auditing\nsince noon"), .alive, .stopping] as [ServiceNotifier.Message]
      {
        #expect(service.say(message))
      }
      expectEqual(
        try (0..<4).map { _ in try manager.next() },
        ["READY=1", "STATUS=auditing since noon", "WATCHDOG=1", "STOPPING=1\nSTATUS=stopping"])
    }
  }

  @Test("without a manager, or with one that is gone, nothing is sent and nothing fails")
  func nobody() throws {
    let folder = try TemporaryFolder()
    for variables in [
      [:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "vsock:2:1"], ["NOTIFY_SOCKET": folder.path + "/none"],
      ["NOTIFY_SOCKET": "/" + String(repeating: "long", count: 40)],
    ] {
      #expect(!ServiceNotifier(environment: variables).say(.ready))
    }
  }

  @Test("a watchdog that isn't asked for, or is another process', isn't served")
  func watchdog() throws {
    let folder = try TemporaryFolder()
    let socket = folder.path + "/n"
    let manager = try DatagramReceiver(socket)
    for more in [[:], ["WATCHDOG_USEC": "0"], ["WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"]] {
      let service = ServiceNotifier(environment: environment(socket, more))
      #expect(service.watchdog == nil && !service.say(.alive))
      #expect(service.say(.ready))
      expectEqual(try manager.next(), "READY=1")
    }
    let own = ["WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "\(ProcessInfo.processInfo.processIdentifier)"]
    #expect(ServiceNotifier(environment: environment(socket, own)).watchdog == 1)
  }
}
