# The door to everything; scripts do the work.
SWIFT ?= swift
# A newer compiler's new warning must not stop a stranger's build, so this is not in the manifest.
FLAGS ?= -Xswiftc -warnings-as-errors

.PHONY: build test check fmt demo bench bench-peers setup release install clean fuzz torture
build:   ; $(SWIFT) build $(FLAGS)
test:    ; SWIFT="$(SWIFT)" script/test $(FLAGS)
check:   ; $(SWIFT) format lint --strict --recursive Sources Tests Package.swift && script/check-layers
fmt:     ; $(SWIFT) format --in-place --recursive Sources Tests Package.swift
# With the flags of the tests in their order, so that both use one build.
demo:    ; FLAGS="-Xswiftc -enable-testing $(FLAGS)" script/demo
bench:   ; script/bench
bench-peers: ; script/bench-peers
setup:   ; script/setup
# make fuzz TARGET=frame SECONDS=600; every target for a minute by default
fuzz:    ; script/fuzz $(or $(TARGET),all) $(or $(SECONDS),60)
# make torture SEEDS=100; simulated power cuts and faults at every call, then a thousand real kills, two hundred cut connections, two thousand contended starts, 300 cuts of an ext4
torture: ; script/torture $(or $(SEEDS),32) && script/kill-loop && script/replica-loop && script/cuts && script/contend && script/power-cuts
release: ; $(SWIFT) build -c release --static-swift-stdlib --product hybridrep && $(SWIFT) build -c release --static-swift-stdlib --product generate-manual
# make release, then as root: make install PREFIX=/usr/local
install: ; script/install $(or $(PREFIX),/usr/local)
clean:   ; $(SWIFT) package clean
