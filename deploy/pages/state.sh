#!/bin/sh
# Keep a site's store between runs on machines that forget everything.
#
#   state.sh restore [--new-store]   put the store that was kept last in place, or refuse
#   state.sh save                    keep the store; only then may what was made from it be published
#
# The truth is one commit on a branch of its own ($STATE_BRANCH), replaced each time, so that the repository does not
# grow. A folder ($STATE_SPARE), which the workflow keeps in the cache, holds the same once more, for when the branch
# is gone. With neither, a store was lost, or there never was one: nobody can tell, so nothing begins anew unless a
# person says so with --new-store.
set -eu

branch=refs/heads/${STATE_BRANCH:-aggregator-state}
spare=${STATE_SPARE:-.aggregator-state}
seen=$(git rev-parse --git-dir)/aggregator-state-seen
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "state.sh: $*" >&2
    exit 1
}

# The commit that the branch is at; nothing where there is none. That it cannot be asked is no answer.
head_of_branch() {
    status=0
    git ls-remote --exit-code origin "$branch" >"$work/remote" || status=$?
    case $status in
    0) cut -f1 "$work/remote" ;;
    2) ;;
    *) fail "the repository does not answer: nothing is known of the store, so nothing was done" ;;
    esac
}

# Parts of at most 90 MB, since a file of 100 MB is refused.
pack() {
    mkdir -p "$1"
    rm -f "$1"/store.gz.*
    gzip -n -9 <"$2" | split -b 90000000 - "$1/store.gz."
}

unpack() {
    cat "$1"/store.gz.* | gzip -d >"$2"
}

restore() {
    head=$(head_of_branch) || exit 1
    from=$spare
    if [ -n "$head" ]; then
        git fetch --quiet --depth=1 origin "$head"
        from=$work/branch
        mkdir "$from"
        git archive "$head" | tar -x -C "$from"
    elif [ -e "$spare/store.gz.aa" ]; then
        echo "state.sh: the branch ${branch#refs/heads/} is not there; the store comes from the cache" >&2
    elif [ "${1:-}" = --new-store ]; then
        echo "state.sh: no store is kept anywhere; a new one begins, as was asked for" >&2
        printf '' >"$seen"
        return
    else
        fail "no store is kept, neither on the branch ${branch#refs/heads/} nor in the cache. If this site was" \
            "published before, bring its store back; if this is its first run, start it with new_store"
    fi
    unpack "$from" "$work/store.db"
    aggregator db restore "$work/store.db"
    printf '%s' "$head" >"$seen"
}

save() {
    [ -e "$seen" ] || fail "nothing was restored before, so nothing is known of what would be replaced"
    expected=$(cat "$seen")
    aggregator --quiet db backup "$work/store.db"
    pack "$work/tree" "$work/store.db"
    export GIT_INDEX_FILE="$work/index"
    git --work-tree="$work/tree" add --all --force .
    tree=$(git write-tree)
    commit=$(git -c user.name=aggregator -c user.email=aggregator@localhost \
        commit-tree -m 'The store of the site, after its last refresh' "$tree")
    # Only in place of what was restored: a run that another one overtook must not put an older store back.
    git push --quiet --force-with-lease="$branch:$expected" origin "$commit:$branch"
    printf '%s' "$commit" >"$seen"
    pack "$spare" "$work/store.db"
}

case ${1:-} in
restore | save) "$@" ;;
*) fail "say restore or save" ;;
esac
