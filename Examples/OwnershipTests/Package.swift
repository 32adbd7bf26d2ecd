// swift-tools-version: 6.2
import PackageDescription

// An application of two stores, and unit tests that hold it to its mapping set. docs/testing-ownership.md goes through them;
// scripts/examples runs them. In an application of your own, the dependency is Kedge's repository instead of a path.

let package = Package(
  name: "shop",
  dependencies: [.package(name: "kedge", path: "../..")],
  targets: [
    .target(
      name: "ShopData",
      dependencies: [
        .product(name: "Guardrails", package: "kedge"), .product(name: "Mongo", package: "kedge"),
        .product(name: "Postgres", package: "kedge"),
      ]),
    .testTarget(
      name: "ShopDataTests", dependencies: ["ShopData", .product(name: "KedgeTesting", package: "kedge")]),
  ]
)
