# Builds a program on Debian's rustls, without a network: build-rustls-peer.sh SOURCE PROGRAM
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/src" "$folder/.cargo"
cp "$1" "$folder/src/main.rs"
cat > "$folder/Cargo.toml" <<'END'
[package]
name = "rustls-peer"
version = "0.0.0"
edition = "2021"
[dependencies]
rustls = "0.20"
rustls-pemfile = "1"
END
cat > "$folder/.cargo/config.toml" <<'END'
[source.crates-io]
replace-with = "debian"
[source.debian]
directory = "/usr/share/cargo/registry"
END
cd "$folder"
cargo build --quiet --offline
cp target/debug/rustls-peer "$2"
