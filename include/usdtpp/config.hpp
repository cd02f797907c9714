// The five knobs of usdtpp. Define them for a whole program (`-DUSDTPP_DISABLE`), before any usdtpp header:
// a probe in an inline function must mean the same in every translation unit.
#ifndef USDTPP_CONFIG_HPP
#define USDTPP_CONFIG_HPP

// USDTPP_DISABLE
//   Probes vanish: arguments are still type-checked, but never evaluated, nothing is emitted, and PROBE_ENABLED is
//   false. This is also what happens by itself where there is no ELF (macOS, Windows).

// USDTPP_USE_SYS_SDT
//   Emit through SystemTap's <sys/sdt.h> (Debian: systemtap-sdt-dev) instead of usdtpp's own back-end. It is also
//   the default on ELF processors other than x86-64, i386, aarch64, armhf, riscv64, ppc64el and s390x.
//   docs/limitations.md says what is lost with it.

// USDTPP_COMPACT
//   x86-64: a probe is one byte of code, not eleven. It leaves out the ten-byte nop behind the probe, in whose place
//   newer kernels, and tracers in the same process, put a call that is many times faster than the trap.

// USDTPP_NO_DESCRIPTIONS
//   Leave the descriptions of probes out of the binary: the kinds and the names of their arguments, as the source has
//   them, and its file names and lines. What is left says where a long nop stands, for tracers inside the process. What
//   is loaded into memory has not a byte less.

// USDTPP_NO_SHORT_NAMES
//   Leave out PROBE, PROBE_ENABLED and PROBE_IF_ENABLED; only the long forms (USDTPP_PROBE, ...) are defined.

#endif
