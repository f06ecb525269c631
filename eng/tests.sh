# ./swath test [ROOM ...] [--filter EXPRESSION] [--with-oracles]: sourced by ./swath.

results="$artifacts/test-results"

rooms() { (cd "$root/tests" && ls -d -- *.Tests | sed 's/\.Tests$//'); }

# The name of a room as its folder has it, whatever case it is written in.
room_named() {
  rooms | awk -v wanted="$1" 'tolower($0) == tolower(wanted) { print; found = 1 } END { exit !found }'
}

# count ATTRIBUTE FILE: a number from the counters of a trx file.
count() { sed -n 's/.*<Counters \(.*\)\/>.*/\1/p' "$2" | tr ' ' '\n' | sed -n "s/^$1=\"\([0-9]*\)\"/\1/p"; }

# The name of every skipped test and why: in a trx file a skipped result is followed by its message.
skipped_tests() {
  awk '
    /<UnitTestResult / { name = ""; if (/outcome="NotExecuted"/) { name = $0; sub(/.* testName="/, "", name); sub(/".*/, "", name) } }
    name != "" && /<Message>/ { why = $0; sub(/.*<Message>/, "", why); sub(/<\/Message>.*/, "", why); print "  skipped: " name ": " why; name = "" }
    name != "" && /<\/UnitTestResult>/ { print "  skipped: " name; name = "" }
  ' "$1" | sed "s/&apos;/'/g; s/&quot;/\"/g; s/&lt;/</g; s/&gt;/>/g; s/&#xA;/ /g; s/&#xD;//g; s/&amp;/\&/g"
}

# A step that is no test (the build, the format) counts as one failure when it fails, so that the last line can't look well.
fail_step() { say "FAILED: $*"; failed=$((failed + 1)); }

test_room() {
  local room=$1 log="$results/$1.log" trx="$results/$1.trx" code=0 total executed room_passed begun=$SECONDS
  say "$room ..."
  "$dotnet" test "$root/tests/$room.Tests/$room.Tests.csproj" -c Release --no-build --nologo --results-directory "$results" --logger "trx;LogFileName=$room.trx" \
    --blame-hang-timeout 10min --blame-hang-dump-type none ${filter:+--filter "$filter"} > "$log" 2>&1 < /dev/null || code=$?
  total=0 executed=0 room_passed=0
  if [ -s "$trx" ]; then
    total=$(count total "$trx") executed=$(count executed "$trx") room_passed=$(count passed "$trx")
  fi
  passed=$((passed + room_passed))
  failed=$((failed + executed - room_passed))
  skipped=$((skipped + total - executed))
  printf '  %s passed, %s failed, %s skipped in %s s\n' "$room_passed" $((executed - room_passed)) $((total - executed)) $((SECONDS - begun))
  [ "$total" = "$executed" ] || skipped_tests "$trx"
  if [ "$code" != 0 ]; then
    cat "$log"
    # Failed without a failed test: the process crashed or hung.
    [ "$executed" != "$room_passed" ] || fail_step "$room.Tests ended with exit code $code (see above)"
  elif [ "$total" = 0 ] && [ -z "$filter" ]; then
    fail_step "$room.Tests ran no test"
  fi
}

run_tests() {
  local chosen=() oracles=${CI:-} filter='' passed=0 failed=0 skipped=0 room
  while [ $# -gt 0 ]; do
    case "$1" in
      list) rooms | tr '[:upper:]' '[:lower:]'; exit 0 ;;
      --with-oracles) oracles=true ;;
      --filter) filter=${2:?--filter wants an expression, such as FullyQualifiedName~Outbox}; shift ;;
      -*) say "swath test: unknown option $1 (there are --filter EXPRESSION and --with-oracles)"; exit 2 ;;
      *) chosen+=("$(room_named "$1")") || { say "swath test: there is no room '$1'. Rooms: $(rooms | tr '[:upper:]\n' '[:lower:] ')"; exit 2; } ;;
    esac
    shift
  done

  ensure_installed
  source "$root/eng/prerequisites.sh"
  check_sdk
  install_servers
  [ "$oracles" != true ] || install_oracles
  rm -rf "$results"
  mkdir -p "$results"

  if [ ${#chosen[@]} = 0 ]; then
    test_all
  else
    for room in "${chosen[@]}"; do
      if build_tests "tests/$room.Tests/$room.Tests.csproj"; then test_room "$room"; fi
    done
  fi

  # The last line is the result: scripts read it.
  if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
  else
    echo "$passed passed, $failed failed"
  fi
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
  exit $?
}

build_tests() {
  say "Building $1 ..."
  "$dotnet" build "$root/$1" -c Release --nologo -v quiet < /dev/null >&2 && return
  fail_step "$1 does not build (see above)"
  return 1
}

test_all() {
  build_tests Pipeline.sln || return 0
  say "Checking the format ..."
  "$dotnet" format "$root/Pipeline.sln" --no-restore --verify-no-changes < /dev/null >&2 \
    || fail_step "the format (see above). To repair it: dotnet format Pipeline.sln"
  for room in $(rooms); do
    test_room "$room"
  done
}
