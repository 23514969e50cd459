#!/usr/bin/env bash
# Runs every test; the last line is "N passed, N failed, N skipped". Arguments go to `dotnet test`, such as --filter Category=Golden.
set -uo pipefail
cd "$(dirname "$0")"
root=$PWD
. eng/setup.sh
install_missing
install_toolchains

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
dotnet build ReflectionCoder.sln --nologo -v quiet -clp:NoSummary || die "the build failed"

passed=0 failed=0 skipped=0
for project in tests/*/*.csproj; do
  name=$(basename "$project" .csproj)
  say "== $name"
  dotnet test "$project" --no-build --nologo --logger "trx;LogFileName=$name.trx" --results-directory "$results" --logger "console;verbosity=quiet" "$@"
  status=$?
  trx=$results/$name.trx
  counter() { grep -o "<Counters [^>]*" "$trx" | grep -o " $1=\"[0-9]*\"" | grep -o '[0-9]*'; }
  if [ ! -f "$trx" ]; then
    # A filter that matches nothing in this project writes no file; a crash does not either.
    [ $status = 0 ] || { say "no result from $name (exit code $status)"; failed=$((failed + 1)); }
    continue
  fi
  total=$(counter total) ran=$(counter executed) ok=$(counter passed) bad=$(counter failed)
  [ $status = 0 ] || [ "$bad" -gt 0 ] || bad=1 # the runner itself failed
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + total - ran))
  grep -o 'testName="[^"]*"[^>]*outcome="NotExecuted"' "$trx" | sed 's/testName="\([^"]*\)".*/  skipped: \1/' | sort | head -n 40
  grep -A6 'outcome="NotExecuted"' "$trx" | sed -n 's#.*<Message>\([^<]*\).*#  reason: \1#p' | sort | uniq -c | sort -rn | head -n 20
done

say "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
